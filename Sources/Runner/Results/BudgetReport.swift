import Foundation
import Jobs
package import Site

/// What is left of a site's budgets, and the ledger that says so.
package struct BudgetReport: Codable, Sendable {
    package let ledgerEntries: Int
    /// Hash of the ledger's last entry: a note of both elsewhere shows a copy that was put back.
    package let ledgerHead: String
    package let budgets: [BudgetLine]
    /// What these peers and this site have changed between sessions over the same people.
    package let inputChanges: [InputChange]

    /// - Parameter names: the peers to tell of.
    package init(of site: SiteFolder, peers names: [String]) throws {
        let ledger = try site.ledger()
        let head = try ledger.check()
        ledgerEntries = head.entries
        ledgerHead = "\(head.hash)"
        let known = try site.peers.names()
        let peers = try names.map { name in
            known.contains(name)
                ? site.peerEntry(try site.peers.peer(named: name)) : LedgerEntry.Peer(name: name, key: nil)
        }
        let limits = try site.policy().budgets
        (budgets, inputChanges) = try ledger.read { view in
            (
                try view.remaining(of: limits, peers: peers, at: Date()),
                try peers.flatMap { try view.inputChanges(with: $0, at: site.name) }
            )
        }
    }

    package var text: String {
        var table = TextTable(
            ["budget", "peer", "spent", "allowed", "left"], sides: [.left, .left, .right, .right, .right])
        for line in budgets {
            table.add([line.budget, line.peer ?? "all", "\(line.spent)", "\(line.limit)", "\(line.left)"])
        }
        let changes = inputChanges.map { "\n\($0.text)" }.joined()
        return "ledger: \(ledgerEntries) entries, head \(ledgerHead)\n" + table.text(indent: 0) + changes
    }
}
