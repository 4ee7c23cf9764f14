import ArgumentParser
import Foundation
import Jobs
import Runner
import Site

/// What is left of a site's budgets, and the ledger that says so.
struct BudgetReport: Codable, Sendable {
    let ledgerEntries: Int
    /// Hash of the ledger's last entry: a note of both elsewhere shows a copy that was put back.
    let ledgerHead: String
    let budgets: [BudgetLine]

    /// - Parameter names: the peers to tell of.
    init(of site: SiteFolder, peers names: [String]) throws {
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
        budgets = try ledger.read { try $0.remaining(of: limits, peers: peers, at: Date()) }
    }

    var text: String {
        var table = TextTable(
            ["budget", "peer", "spent", "allowed", "left"], sides: [.left, .left, .right, .right, .right])
        for line in budgets {
            table.add([line.budget, line.peer ?? "all", "\(line.spent)", "\(line.limit)", "\(line.left)"])
        }
        return "ledger: \(ledgerEntries) entries, head \(ledgerHead)\n" + table.text(indent: 0)
    }
}

struct PolicyCheck: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "What is left of each budget of this site's policy.",
        discussion: """
            Rows' budgets are those of the row that has spent most. Identifiers in a day and attempts in an hour come back \
            with time; the others are used up for good: protocols/disclosure.md.
            """)

    @OptionGroup var site: SiteOption
    @Option(help: "One peer alone; without it, each known one.") var peer: String?
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<BudgetReport> {
        let folder = try site.open()
        let report = try BudgetReport(of: folder, peers: try peer.map { [$0] } ?? folder.peers.names())
        return Reply(report, text: report.text)
    }
}
