package import Jobs
import PrivateSetIntersection
import ProtocolKit
import Records
package import Site

/// What a site brings to a session under a job. Who approved it, and what policies say of it, is not here: a replay needs
/// neither.
package struct JobInputs: Sendable {
    /// What a prediction needs beside the job: this party's part of the model, and the site's name for its new rows.
    package struct Scoring: Sendable {
        package let model: SavedModel
        package let table: String

        package init(model: SavedModel, table: String) {
            self.model = model
            self.table = table
        }
    }

    package let file: JobFile
    package let session: any SiteProtocol
    package let scoring: Scoring?
    package let own: Party
    package let peer: Party
    package let table: PartyTable

    package var job: Job { file.job }

    package init(
        _ file: JobFile, for session: any SiteProtocol, own: Party, peer: Party, table: PartyTable,
        scoring: Scoring? = nil
    ) {
        self.file = file
        self.session = session
        self.scoring = scoring
        self.own = own
        self.peer = peer
        self.table = table
    }

    /// - Throws: `Failure` 78 when this site is no party; `RecordsError` for what is wrong in the table.
    package init(
        _ file: JobFile, for session: any SiteProtocol, scoring: Scoring? = nil, at site: SiteFolder
    ) throws {
        let (own, peer) = try file.parties(at: site)
        let table =
            try scoring.map { try PartyTable(scoring: own, site: site, table: $0.table) }
            ?? PartyTable(file.job, party: own, site: site)
        self.init(file, for: session, own: own, peer: peer, table: table, scoring: scoring)
    }

    /// Refuses a set that no cohort could come of, or that is larger than the job allows, before anybody is dialled.
    func checkSet() throws {
        try session.check(self)
        let count = table.identifiers.count
        guard count > 0 else { throw AlignmentError.noIdentifiers }
        guard count >= job.limits.minimumCohort else {
            throw AlignmentError.ownSetTooSmall(count: count, minimum: job.limits.minimumCohort)
        }
        guard count <= job.limits.maximumSetSize else {
            throw AlignmentError.ownSetTooLarge(count: count, maximum: job.limits.maximumSetSize)
        }
    }
}

/// A session under a job that this site may run and has the data for: everything that can be refused before anything leaves the site.
package struct PreparedJob: Sendable {
    package let inputs: JobInputs
    package let site: SiteFolder
    package let identity: SiteIdentity
    /// The signed approval note.
    package let approval: String
    package let ledger: SiteLedger
    package let policy: Policy

    package var file: JobFile { inputs.file }
    package var job: Job { inputs.job }
    package var own: Party { inputs.own }
    package var peer: Party { inputs.peer }
    package var table: PartyTable { inputs.table }

    /// - Throws: `Failure` 78 when this site is no party, 4 without approval or against the policy; `LedgerError`;
    ///   `GuardRefusal`; `RecordsError` for what is wrong in the table; `AlignmentError` for too many or too few rows.
    package init(
        _ file: JobFile, for session: any SiteProtocol = FitProtocol(), scoring: JobInputs.Scoring? = nil,
        at site: SiteFolder
    ) throws {
        self.site = site
        _ = try file.parties(at: site)
        identity = try site.identity()
        ledger = try site.ledger(signedBy: identity)
        approval = try site.heldApproval(of: file, by: identity, in: ledger)
        policy = try site.policy()
        try policy.check(file.job, as: site.name)
        try Guards.check(file.job)
        inputs = try JobInputs(file, for: session, scoring: scoring, at: site)
        try inputs.checkSet()
    }

    /// Of parts that were checked: `JobStart`.
    init(
        _ inputs: JobInputs, at site: SiteFolder, identity: SiteIdentity, approval: String, ledger: SiteLedger,
        policy: Policy
    ) {
        self.inputs = inputs
        self.site = site
        self.identity = identity
        self.approval = approval
        self.ledger = ledger
        self.policy = policy
    }

    /// Whether the budgets let a session begin; a peer that this site does not know yet has spent nothing.
    package func checkBudgets() throws {
        guard try site.peers.names().contains(peer.name) else { return }
        try book(with: site.peers.peer(named: peer.name)).check()
    }

    /// What a session with that peer is debited to.
    package func book(with peer: Invitation) -> DisclosureBook {
        DisclosureBook(
            ledger, budgets: policy.budgets,
            peer: site.peerEntry(peer), job: file.hash,
            purpose: inputs.session.purpose, disclosure: inputs.session.disclosure,
            otherRows: SiteProtocols.all.filter { $0.disclosure.contains(.otherRows) }.map(\.purpose),
            minimumDifference: job.limits.minimumCell)
    }

    /// Refuses a table that no cohort could make fit for the model, before the peer learns which rows are common.
    package func checkTable() throws {
        let problems = try table.check(for: job).problems
        guard problems.isEmpty else { throw RecordsError.unfitDesign(problems, over: .own) }
    }
}
