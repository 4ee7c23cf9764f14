import Jobs
import PrivateSetIntersection
import ProtocolKit
import Records
package import Site
import SplitRegression
import Transcript
package import Wire

/// A fit of several parties at one site, with its books.
package struct JointFit: JointWork {
    package let mesh: PreparedMesh
    private let observer: any RunObserver
    private let progress: ProgressReporter
    package let roots = Shared<[String: Bytes32]>([:])

    private var job: Job { mesh.job }

    /// - Throws: what ``PreparedMesh`` throws.
    package init(_ file: JobFile, at site: SiteFolder, observer: any RunObserver) throws {
        mesh = try PreparedMesh(file, for: JointFitProtocol(), at: site)
        self.observer = observer
        progress = ProgressReporter(observer: observer)
    }

    /// Others may be busy with larger sets, and one after the other with columns; that a party is gone shows on its connection.
    package var patience: Duration {
        // No more rows are common than this site has.
        let rows = mesh.table.identifiers.count
        return TrainingPlan(job, rows: rows).patience(
            messageTimeout: mesh.patience + .milliseconds(20 * job.limits.maximumSetSize), rows: rows)
    }

    package func run(over sessions: [Int: Session]) async throws -> JointFitResult {
        let books = SiteJointBooks(mesh, roots: roots.value, observer: observer)
        return try await books.run {
            try await JointFitRun(side: JointSide(mesh, patience: patience, books: books, progress: progress))
                .run(over: sessions)
        }
    }

    package func identity(of result: JointFitResult) -> Bytes32 { result.alignment.mesh }

    package func files(of result: JointFitResult) throws -> [ResultFile] {
        try JointFitFiles(mesh.file, job.parties[mesh.own], result).all()
    }

    package func facts(of result: JointFitResult, salt: Bytes32) throws -> ResultFacts {
        try result.facts(salt: salt)
    }

    package func details(of result: JointFitResult) -> [String: String] { JointFitProtocol().details(of: result) }
}
