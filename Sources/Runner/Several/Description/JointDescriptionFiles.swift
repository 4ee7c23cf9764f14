import Jobs
import Records
import Site
import SplitRegression

/// The files of a description of several parties at one of them.
struct JointDescriptionFiles {
    private let file: JobFile
    private let result: JointDescriptionResult
    private let described: DescriptionFiles

    init(_ file: JobFile, _ own: Party, _ rows: PartyTable, _ result: JointDescriptionResult) {
        self.file = file
        self.result = result
        described = DescriptionFiles(result.table, file.job, own, rows)
    }

    /// Those that follow from the result alone, so that a replay writes the same bytes.
    func results() throws -> [ResultFile] {
        try described.results() + [
            ResultFile("intersection.csv", try IdentifierTable.csv(of: result.alignment.rows), mode: .ownerOnly),
            ResultFile(MeshFolder.result, try ResultFiles.json(JointReport(file, result))),
        ]
    }

    /// All that stands beside the transcripts.
    func all() throws -> [ResultFile] {
        try results() + [
            ResultFile("attrition.csv", try described.attrition.csv()),
            ResultFile("job.yaml", Array(file.yaml.utf8)),
        ]
    }
}
