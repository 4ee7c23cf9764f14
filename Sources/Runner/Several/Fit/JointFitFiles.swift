import Jobs
import Records
import Site
import SplitRegression
import Wire

/// The files of a fit of several parties at one of them.
struct JointFitFiles {
    private let file: JobFile
    private let own: Party
    private let result: JointFitResult

    init(_ file: JobFile, _ own: Party, _ result: JointFitResult) {
        self.file = file
        self.own = own
        self.result = result
    }

    /// Those that follow from the result alone, so that a replay writes the same bytes.
    func results() throws -> [ResultFile] {
        let tables = FitTables(
            job: file.job, own: own, rows: result.alignment.rows, outcome: result.outcome)
        return try tables.all() + [
            ResultFile("model.json", try ResultFiles.json(savedModel), mode: .ownerOnly),
            ResultFile(MeshFolder.result, try ResultFiles.json(JointReport(file, result))),
        ]
    }

    private var savedModel: SavedJointModel {
        SavedJointModel(
            job: file.hash, party: own.name, jobYAML: file.yaml, rows: result.outcome.summary.n,
            model: result.outcome.model, bindings: result.bindings)
    }

    /// All that stands beside the transcripts.
    func all() throws -> [ResultFile] {
        try results() + [
            ResultFile("metrics.json", try ResultFiles.json(JobReport(file, own, result))),
            ResultFile("job.yaml", Array(file.yaml.utf8)),
        ]
    }
}
