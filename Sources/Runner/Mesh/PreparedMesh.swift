package import Jobs
import ProtocolKit
package import Site
import Wire

/// Another party of a job that has a session for each pair.
package struct MeshPeer: Sendable {
    /// Its number in the job.
    package let index: Int
    package let invitation: Invitation
    /// As a session with it alone would be prepared.
    package let prepared: PreparedJob

    package var name: String { invitation.name }
    package var book: DisclosureBook { prepared.book(with: invitation) }
}

/// A job with a session for each pair of its parties that this site may run: what can be refused before anything leaves the site, but for
/// what its own kind of computing asks of the rows.
package struct PreparedMesh: Sendable {
    package let file: JobFile
    package let site: SiteFolder
    package let own: Int
    package let table: PartyTable
    package let session: any SiteProtocol
    package let identity: SiteIdentity
    package let ledger: SiteLedger
    package let policy: Policy
    /// In the order of the job.
    package let peers: [MeshPeer]

    package var job: Job { file.job }

    /// - Parameters:
    ///   - read: this site's table, where it was read already.
    ///   - scoring: of a prediction, this party's part of the model, and the site's name for its new rows.
    /// - Throws: `Failure` 78 when this site is no party, 77 for a peer that it does not know, 4 without approval or against the policy;
    ///   `LedgerError`; `RecordsError` for what is wrong in the table; `AlignmentError` for too few rows.
    package init(
        _ file: JobFile, for session: any SiteProtocol, at site: SiteFolder, table read: PartyTable? = nil,
        scoring: (model: SavedJointModel, table: String)? = nil
    ) throws {
        let (own, others) = try file.sites(at: site)
        let job = file.job
        let identity = try site.identity()
        let ledger = try site.ledger(signedBy: identity)
        let approval = try site.heldApproval(of: file, by: identity, in: ledger)
        let policy = try site.policy()
        try policy.check(job, as: site.name)
        let party = job.parties[own]
        let table =
            try read
            ?? (scoring.map { try PartyTable(scoring: party, site: site, table: $0.table) }
                ?? PartyTable(job, party: party, site: site))
        peers = try others.map { index in
            let peer = job.parties[index]
            let inputs = JobInputs(
                file, for: session, own: party, peer: peer, table: table,
                scoring: try scoring.map { .init(model: try $0.model.toward(peer.name), table: $0.table) })
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
        self.session = session
        self.identity = identity
        self.ledger = ledger
        self.policy = policy
    }

    /// Whether this site dials that one: who comes later in the job dials.
    func dials(_ peer: MeshPeer) -> Bool { peer.index < own }

    /// Longest wait for one message.
    var patience: Duration { .seconds(min(job.network.messageTimeout, site.settings.timeouts.message)) }
}
