import Foundation
import Jobs
import PooledRegression
import ProtocolKit
import Records
import SecureSums
import Site
package import Transcript
package import Wire

/// A job split by rows at one site, with its books and with the sums that an earlier run opened.
package struct PooledJob: MeshWork {
    package let mesh: PreparedMesh
    package let commitments: [InputCommitment]?
    /// All of this site's usable rows.
    let input: PooledAnalysis.Rows
    let cohort: Cohort
    /// Root of the table that this site commits to.
    let values: Bytes32
    let secret: SiteSecret
    let book: PooledBook
    let inputs: SessionInputs
    let stateFile: PooledStateFile
    let observer: any RunObserver
    /// Ends this process by SIGKILL after so many opened sums: what the demo and tests do to one of their sites.
    package var stopAfterSums: Int?
    private let state: Shared<PooledState>
    /// Of the latest attempt.
    private let meshIdentity = Shared<Bytes32?>(nil)

    /// In a transcript's private folder: from which sums the attempt went on.
    static let startFile = "start"

    private var job: Job { mesh.job }

    /// - Parameter read: this site's rows, which are fit for the job.
    /// - Throws: what ``PreparedMesh`` throws; `PooledError`; `PolicyRefusal` for rows or columns that differ a little from earlier ones.
    init(_ file: JobFile, _ read: PooledTable, at site: SiteFolder, observer: any RunObserver) throws {
        mesh = try PreparedMesh(file, for: PooledProtocol(), at: site, table: read.table)
        let job = file.job
        input = read.input
        secret = try SiteSecret(mesh.identity, job)
        let settings = try SumSettings(job)
        try PooledTask(job).check(settings)
        book = PooledBook(
            mesh.ledger, budgets: mesh.policy.budgets, job: file.hash, purpose: PooledProtocol().purpose,
            peers: mesh.peers.map(\.book), of: mesh.identity)
        let order = book.order(of: read.rows)
        cohort = order.cohort
        inputs = try book.check(
            order,
            read.table.privateColumns.map { spec in
                (
                    spec.name,
                    {
                        try read.rows.blocks(
                            of: spec, missing: read.table.missing, keepsIncomplete: read.table.keepsIncomplete)
                    }
                )
            })
        // Every peer is shown the same.
        let made = try mesh.peers.first?.prepared.commitments() ?? []
        guard let table = made.first(where: { $0.item.label == PooledProtocol.commitment })?.item else {
            throw Failure(.internalError, "noCommitment", "a job split by rows commits to the table")
        }
        (commitments, values) = (made, table.root)
        if let cells = try PooledTask(job).cells(settings, step: "") {
            try book.check(cells, over: cohort, values: values, sites: job.parties.map(\.name))
        }
        if let parties = PooledTask(job).sitesOfFit(job) { try book.check(parties: parties, over: cohort) }
        stateFile = PooledStateFile(site, job)
        state = Shared(
            PooledState(job: PooledProtocol().purpose.hash(of: job.hash), siteCount: job.parties.count))
        self.observer = observer
    }

    package var patience: Duration { mesh.patience }
    package var lossTimeout: Int? { job.rows?.lossTimeout }
    package var progressMade: Int { state.value.rounds.count }

    package var standing: PooledResult? {
        guard let mesh = meshIdentity.value, let answer = try? run(from: state.value).outcomeOfStart() else {
            return nil
        }
        return PooledResult(answer: answer, mesh: mesh)
    }

    package var hintOfEnded: String? {
        // Who was lost after the last sum is not waited for by anybody.
        (try? run(from: state.value).outcomeOfStart()) == nil
            ? nil
            : "all sums of the job were opened before this site stopped: the others have the result, the same for all; ask one of them for "
                + "its folder"
    }

    package func begin() throws {
        let saved = try stateFile.load()
        state.value = saved
        if !saved.rounds.isEmpty {
            observer.progress("goes on after \(saved.rounds.count) opened sums of an earlier run")
        }
    }

    package func leave(in writer: TranscriptWriter) throws {
        try writer.addPrivate(Self.startFile, stateFile.load().encoded())
    }

    package func admit(_ committed: [InputCommitments.Item], of peer: MeshPeer, in session: Session) throws {
        guard let table = committed.first(where: { $0.label == PooledProtocol.commitment }) else {
            throw session.violation("commitmentMissing")
        }
        try book.admit(table.root, of: mesh.site.peerEntry(peer.invitation))
    }

    package func run(over sessions: [Int: Session]) async throws -> PooledResult {
        meshIdentity.value = nil
        return try await run(from: state.value).run(over: sessions)
    }

    package func end() throws {
        // A process that is killed before has its sums still.
        do { try stateFile.remove() } catch {
            observer.warning(
                "\(stateFile.path) holds the sums of this job, which has ended, and could not be removed: remove it")
        }
    }

    package func identity(of result: PooledResult) -> Bytes32 { result.mesh }

    package func parties(of result: PooledResult) -> [String] { result.answer.sites }

    package func files(of result: PooledResult) throws -> [ResultFile] { try PooledFiles(mesh.file, result).all() }

    package func facts(of result: PooledResult, salt: Bytes32) throws -> ResultFacts { try result.facts(salt: salt) }

    package func details(of result: PooledResult) -> [String: String] { PooledProtocol().details(of: result) }

    /// The computing part, with this site's books around it.
    private func run(from start: PooledState) -> PooledRun {
        let (job, mesh, book, cohort, values) = (job, mesh, book, cohort, values)
        let (inputs, stateFile, state) = (inputs, stateFile, state)
        let meshIdentity = meshIdentity
        let (stopAfterSums, progress) = (stopAfterSums, ProgressReporter(observer: observer))
        return PooledRun(
            job: job, own: mesh.own, rows: input, secret: secret,
            signer: { [identity = mesh.identity] in try identity.key.sign($0) },
            start: start, patience: mesh.patience, opened: { meshIdentity.value = $0 },
            hooks: SumHooks(
                begin: { begun in
                    try stateFile.save(begun)
                    state.value = begun
                },
                willOpen: { notice in
                    // Before this site's vector leaves: from then on the others may open the sum without it.
                    try book.open(cohort, inputs, values: values)
                    try book.openSum(
                        cohort,
                        details: [
                            "sum": "\(notice.number)", "name": notice.name, "numbers": "\(notice.values)",
                            "point": notice.point.hex, "sites": notice.sites.joined(separator: " "),
                            "values": values.hex,
                        ], cells: try PooledTask(job).cells(SumSettings(job), step: notice.name),
                        isNoisy: job.rows?.privacy != nil, parties: PooledTask(job).sitesOfFit(job))
                },
                save: { saved, notice in
                    try stateFile.save(saved)
                    state.value = saved
                    let sites = notice.sites.count
                    progress.say(
                        "sum \(notice.number + 1), \(notice.name): \(notice.values) numbers over \(sites) sites opened")
                    if let stopAfterSums, notice.number + 1 >= stopAfterSums { kill(getpid(), SIGKILL) }
                }))
    }
}
