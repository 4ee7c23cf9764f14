package import Jobs
import PooledRegression
import PrivateSetIntersection
import ProtocolKit
import Records
import SecureSums
package import Site
import Transcript
import Wire

/// Another site of a job split by rows.
struct MeshPeer: Sendable {
    /// Its number in the job.
    let index: Int
    let invitation: Invitation
    /// As a session with it alone would be prepared.
    let prepared: PreparedJob

    var name: String { invitation.name }
    var book: DisclosureBook { prepared.book(with: invitation) }
}

/// A job split by rows that this site may run and has the data for: everything that can be refused before anything leaves the site.
package struct PreparedMesh: Sendable {
    package let file: JobFile
    package let site: SiteFolder
    package let own: Int
    package let table: PartyTable
    let identity: SiteIdentity
    let ledger: SiteLedger
    /// In the order of the job.
    let peers: [MeshPeer]
    /// All of this site's usable rows.
    let rows: AlignedRows
    let pooled: PooledRows
    let book: PooledBook
    let inputs: SessionInputs

    package var job: Job { file.job }

    /// - Throws: `Failure` 78 when this site is no party, 77 for a peer that it does not know, 4 without approval or against the policy;
    ///   `LedgerError`; `GuardRefusal`; `RecordsError` for what is wrong in the table; `AlignmentError` for too few rows; `PolicyRefusal`
    ///   for rows or columns that differ a little from earlier ones.
    package init(_ file: JobFile, at site: SiteFolder) throws {
        let (own, others) = try file.sites(at: site)
        let job = file.job
        let identity = try site.identity()
        let ledger = try site.ledger(signedBy: identity)
        let approval = try site.heldApproval(of: file, by: identity, in: ledger)
        let policy = try site.policy()
        try policy.check(job, as: site.name)
        let party = job.parties[own]
        let table = try PartyTable(job, party: party, site: site)
        let peers = try others.map { index in
            let inputs = JobInputs(file, for: PooledProtocol(), own: party, peer: job.parties[index], table: table)
            try inputs.checkSet()
            let invitation = try site.peers.peer(named: job.parties[index].name)
            guard index > own || invitation.address != nil else {
                throw Failure(
                    .configuration, "noAddress", "this site does not know where '\(invitation.name)' listens",
                    hint: "who stands later in the job dials: moiety peer add with --address HOST:PORT")
            }
            return MeshPeer(
                index: index, invitation: invitation,
                prepared: PreparedJob(
                    inputs, at: site, identity: identity, approval: approval, ledger: ledger, policy: policy))
        }
        self.file = file
        self.site = site
        self.own = own
        self.table = table
        self.identity = identity
        self.ledger = ledger
        self.peers = peers
        rows = try table.pooledRows()
        let problems = try table.pooledProblems(for: job, rows)
        guard problems.isEmpty else { throw RecordsError.unfitDesign(problems, over: .own) }
        pooled = try PooledRows(table, rows)
        // Rows that the model does not take are said before anybody is called.
        _ = try PooledFit(PooledModel(job), rows: pooled)
        try PooledFit.check(PooledModel(job), SumSettings(job))
        book = PooledBook(
            ledger, budgets: policy.budgets, job: file.hash, purpose: PooledProtocol().purpose,
            peers: peers.map(\.book), of: identity)
        let columns = try CohortInputs(table, rows, salt: ColumnSalts(identity: identity).salt(of: rows)).columns
        inputs = try book.check(rows, columns.map { ($0.name, $0.root, $0.cells) })
    }

    /// Whether this site dials that one: who comes later in the job dials.
    func dials(_ peer: MeshPeer) -> Bool { peer.index < own }
}
