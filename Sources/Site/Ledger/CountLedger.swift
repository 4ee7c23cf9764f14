import Jobs

/// Earlier counts with a peer: a count that is asked for again and again, about sets that differ by a person each, tells
/// about each of them what no single one does.
package struct CountLedger: Sendable {
    private let ledger: Ledger
    private let job: String
    private let peer: String
    private let limit: Int

    /// - Parameter job: its hash.
    package init(site: SiteFolder, job: String, peer: String) throws {
        ledger = site.ledger
        self.job = job
        self.peer = peer
        limit = try site.policy().countsPerPeer
    }

    /// - Throws: `Failure` 4 when this site's policy allows no further count with this peer.
    package func check() throws {
        let earlier = try ledger.entries().count { $0.event == Self.opened && $0.peer == peer }
        guard earlier < limit else {
            throw Failure(
                .refusedByPolicy, "policy.countsPerPeer",
                "this site's policy allows \(limit) counts with \(peer), and \(earlier) were made",
                hint: "many counts about sets that differ by a few people tell about those few; whoever answers for "
                    + "this site's data can raise countsPerPeer in policy.yaml")
        }
    }

    /// Before anything is said about this site's rows: a peer that breaks off when it knows the count is remembered too.
    package func remember() throws {
        try check()
        try ledger.append(event: Self.opened, job: job, peer: peer)
    }

    private static let opened = "countOpened"
}
