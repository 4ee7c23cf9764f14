import Foundation
import Jobs
import Wire

/// Inputs of a session against those of earlier ones; `protocols/disclosure.md` 4.1.
extension DisclosureBook {
    /// Whether this site may use these inputs, before it says anything about them.
    ///
    /// - Throws: `inputDifference`.
    package func check(_ inputs: [SessionInputs.Own], over cohort: Cohort) throws {
        try ledger.read { try checkOwn(inputs, cohort, $0) }
    }

    /// Whether the peer may bring these roots, before anything follows from them.
    ///
    /// - Returns: what has changed since the latest session with this peer over these people, at either site.
    /// - Throws: `policy.rootsPerColumn`.
    package func check(_ inputs: SessionInputs, over cohort: Cohort) throws -> [InputChange] {
        try ledger.read { view in
            try checkPeer(inputs, cohort, view)
            return changes(inputs, cohort, view)
        }
    }

    func checkOwn(_ inputs: [SessionInputs.Own], _ cohort: Cohort, _ view: LedgerView) throws {
        let history = InputHistory(of: peer, in: view)
        guard let found = try history.smallDifference(inputs, over: cohort, below: minimumDifference) else { return }
        let other = found.earlier == found.column ? "it had" : "'\(found.earlier)' had"
        throw PolicyRefusal(
            rule: "inputDifference",
            message:
                "column '\(found.column)' of this site differs for \(found.people) people from the values that \(other) in an "
                + "earlier session with \(peer.name)",
            remedy:
                "results of both would show \(peer.name) what changed about those people; use the values as they were, or "
                + "wait until at least \(minimumDifference) people have changed")
    }

    func checkPeer(_ inputs: SessionInputs, _ cohort: Cohort, _ view: LedgerView) throws {
        let history = InputHistory(of: peer, in: view)
        let limit = budgets[.rootsPerColumn]
        for (column, root) in inputs.peer.sorted(by: { $0.key < $1.key }) {
            let earlier = Set(history.peerRoots(of: column, over: cohort.name.hex))
            guard !earlier.contains(root.hex), earlier.count >= limit else { continue }
            throw PolicyRefusal(
                rule: Budget.rootsPerColumn.rule,
                message:
                    "\(peer.name) brings version \(earlier.count + 1) of its column '\(column)' over the same people, "
                    + "this site allows \(limit)",
                remedy:
                    "ask \(peer.name) why it changes; whoever answers for this site's data can raise rootsPerColumn in "
                    + "policy.yaml")
        }
    }

    /// Columns that are not those of the latest session over this cohort: of the peer by their roots, of this site by their digests.
    func changes(_ inputs: SessionInputs, _ cohort: Cohort, _ view: LedgerView) -> [InputChange] {
        let history = InputHistory(of: peer, in: view)
        func change(_ column: String, _ name: String, _ earlier: [String], _ party: String) -> InputChange? {
            guard let last = earlier.last, last != name else { return nil }
            return InputChange(
                column: column, party: party, versions: Set(earlier + [name]).count, rows: cohort.count,
                time: now().formatted(.iso8601))
        }
        let own = inputs.own.compactMap {
            change(
                $0.column, $0.digests.name.hex, history.ownVersions(of: $0.column, over: cohort.name.hex), "this site")
        }
        let theirs = inputs.peer.sorted { $0.key < $1.key }.compactMap {
            change($0.key, $0.value.hex, history.peerRoots(of: $0.key, over: cohort.name.hex), peer.name)
        }
        return own + theirs
    }

    /// For the entry of the session: the columns that have changed, by whose they are.
    func details(of changes: [InputChange]) -> [String: String] {
        func columns(_ isPeer: Bool) -> String? {
            let names = changes.filter { ($0.party == peer.name) == isPeer }.map(\.column)
            return names.isEmpty ? nil : names.joined(separator: ", ")
        }
        return ["changedByPeer": columns(true), "changedHere": columns(false)].compactMapValues(\.self)
    }
}
