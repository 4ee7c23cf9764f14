import Jobs
import Records
import Site

/// The files of a prediction of several parties at one of them: all follow from the result alone, so that a replay writes the same bytes.
struct JointPredictionFiles {
    private let file: JobFile
    private let result: JointPredictionResult

    init(_ file: JobFile, _ result: JointPredictionResult) {
        self.file = file
        self.result = result
    }

    func results() throws -> [ResultFile] {
        let rows = result.alignment.rows
        return [
            ResultFile("intersection.csv", try IdentifierTable.csv(of: rows), mode: .ownerOnly),
            ResultFile(MeshFolder.result, try ResultFiles.json(JointReport(file, result))),
        ]
            + (try result.scores.map {
                [ResultFile("scores.csv", try ScoreTable.csv($0, of: rows, job: file.job), mode: .ownerOnly)]
            } ?? [])
    }
}
