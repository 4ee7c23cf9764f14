import Jobs
import PrivateSetIntersection
import ProtocolKit
import Records
package import Site
import SplitRegression
import Transcript
package import Wire

/// A description of several parties at one site, with its books.
package struct JointDescriptionJob: JointWork {
    package let mesh: PreparedMesh
    private let observer: any RunObserver
    private let progress: ProgressReporter
    package let roots = Shared<[String: Bytes32]>([:])

    private var job: Job { mesh.job }

    /// - Throws: what ``PreparedMesh`` throws.
    package init(_ file: JobFile, at site: SiteFolder, observer: any RunObserver) throws {
        mesh = try PreparedMesh(file, for: JointDescriptionProtocol(), at: site)
        self.observer = observer
        progress = ProgressReporter(observer: observer)
    }

    /// Two passive parties wait for each other while the active one describes with each: small counts, with room for 20 ms a test; sums, with
    /// room for a fifth of a millisecond for each row and cell. No more rows than this site has are common.
    package var patience: Duration {
        let (rows, cells) = (mesh.table.identifiers.count, job.describedCells)
        return mesh.patience
            + .milliseconds(20 * job.limits.maximumSetSize + 20 * job.describedTests + rows * cells / 5)
    }

    package func run(over sessions: [Int: Session]) async throws -> JointDescriptionResult {
        let books = SiteJointBooks(mesh, roots: roots.value, observer: observer)
        return try await books.run {
            try await JointDescriptionRun(side: JointSide(mesh, patience: patience, books: books, progress: progress))
                .run(over: sessions)
        }
    }

    package func identity(of result: JointDescriptionResult) -> Bytes32 { result.alignment.mesh }

    package func files(of result: JointDescriptionResult) throws -> [ResultFile] {
        try JointDescriptionFiles(mesh.file, job.parties[mesh.own], mesh.table, result).all()
    }

    package func facts(of result: JointDescriptionResult, salt: Bytes32) throws -> ResultFacts {
        try result.facts(salt: salt)
    }

    package func details(of result: JointDescriptionResult) -> [String: String] {
        JointDescriptionProtocol().details(of: result)
    }
}
