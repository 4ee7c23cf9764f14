import Jobs
import Records
import Site
import Wire

/// The files of an alignment of several parties.
struct JointFiles {
    private let file: JobFile
    private let result: JointAlignmentResult

    init(_ file: JobFile, _ result: JointAlignmentResult) {
        self.file = file
        self.result = result
    }

    /// Those that follow from the result alone.
    func results() throws -> [ResultFile] {
        [
            ResultFile("intersection.csv", try IdentifierTable.csv(of: result.rows), mode: .ownerOnly),
            ResultFile(MeshFolder.result, try ResultFiles.json(JointReport(file, result))),
        ]
    }

    /// All that stands beside the transcripts.
    func all() throws -> [ResultFile] {
        try results() + [ResultFile("job.yaml", Array(file.yaml.utf8))]
    }
}

/// `result.json`: the same at every party.
struct JointReport: Codable, Sendable {
    let job: String
    let title: String
    let mesh: String
    let parties: [String]
    let aligned: Int

    init(_ file: JobFile, _ result: JointAlignmentResult) {
        job = file.hash
        title = file.job.title
        mesh = result.mesh.hex
        parties = file.job.parties.map(\.name)
        aligned = result.rows.count
    }
}
