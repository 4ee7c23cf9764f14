import Jobs
import Records
import Site
import SplitRegression
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
    /// From which job this one was derived, and without whom; nil in other jobs.
    let derivedFrom: Derivation?
    let mesh: String
    let parties: [String]
    let aligned: Int
    /// nil where no model was fitted.
    let fit: Fit?
    /// nil where the rows were not described.
    let described: Described?
    /// New rows that were scored; nil where none were.
    let scored: Int?

    /// Of a description: its table stands beside it.
    struct Described: Codable, Sendable, Hashable {
        let columns: Int
        let shown: Int
    }

    /// What all parties know of a fit.
    struct Fit: Codable, Sendable {
        let fitted: Int
        let passes: Int
        let parameters: Int
        let converged: Bool

        /// Whether the outcome of a session counts the same.
        func agrees(with counts: [String: Int64]) -> Bool {
            let own: [String: Int] = [
                "fitted": fitted, "passes": passes, "parameters": parameters, "converged": converged ? 1 : 0,
            ]
            return own.allSatisfy { counts[$0.key] == Int64($0.value) }
        }
    }

    init(_ file: JobFile, _ result: JointFitResult) {
        let summary = result.outcome.summary
        self.init(
            file, result.alignment,
            fit: Fit(
                fitted: summary.n, passes: summary.passes, parameters: summary.parameters,
                converged: summary.converged))
    }

    init(_ file: JobFile, _ result: JointDescriptionResult) {
        self.init(file, result.alignment, described: Described(result.table))
    }

    init(_ file: JobFile, _ result: JointPredictionResult) {
        self.init(file, result.alignment, scored: result.alignment.rows.count)
    }

    init(
        _ file: JobFile, _ result: JointAlignmentResult, fit: Fit? = nil, described: Described? = nil,
        scored: Int? = nil
    ) {
        self.scored = scored
        self.fit = fit
        self.described = described
        job = file.hash
        title = file.job.title
        derivedFrom = file.job.derivedFrom
        mesh = result.mesh.hex
        parties = file.job.parties.map(\.name)
        aligned = result.rows.count
    }
}

extension JointReport.Described {
    init(_ table: DescriptionTable) {
        self.init(columns: table.columns.count, shown: table.shownColumns)
    }
}
