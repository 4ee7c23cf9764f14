import Jobs

/// The first line of every verdict: what this is, whether it holds, what was checked and what was not.
extension VerificationReport {
    /// Checks among `requested` that were not made: a verdict that leaves one out is no answer to who asked.
    public func missing(of requested: [Check]) -> [Finding] {
        requested.compactMap { check in
            let made = findings.filter { $0.check == check }
            if made.contains(where: { $0.status != .notEvaluated }) { return nil }
            return made.first
                ?? Finding(check: check, status: .notEvaluated, sentence: "Not evaluated: nothing at hand can make it.")
        }
    }

    /// - Parameters:
    ///   - requested: checks that were asked for beside those of the folder.
    ///   - unknown: parties whose identity was to be compared with pinned ones and is not pinned.
    public func sentence(requested: [Check] = [], unknown: [String] = []) -> String {
        let asked = missing(of: requested)
        let rest = findings.filter { finding in
            finding.status == .notEvaluated && !asked.contains { $0.check == finding.check }
        }
        var parts = ["\(subject) \(holds)", "checked: \(checked)"]
        if !asked.isEmpty {
            let reasons = asked.map { "\($0.check.rawValue), \(Self.reason($0))" }
            parts.append("NOT CHECKED though asked for: \(reasons.joined(separator: ", and "))")
        }
        if !unknown.isEmpty {
            parts.append(
                "NOT COMPARED with a pinned identity, because the site knows none: \(unknown.joined(separator: ", "))")
        }
        if let unseen { parts.append(unseen) }
        parts.append(rest.isEmpty ? "nothing was left out" : "not checked: \(Self.ranges(of: rest.map(\.check)))")
        return parts.joined(separator: "; ") + "."
    }

    /// Of a transcript that keeps bulk messages by hash: how many, and what was therefore not checked.
    package var unseen: String? {
        guard verdict != .invalid, let messages = summary?.payloadsByHash, messages > 0 else { return nil }
        let kept = Self.onlyHashes(of: messages)
        let checks = findings.filter { $0.status == .notEvaluated && $0.sentence.contains(kept) }.map(\.check.rawValue)
        guard !checks.isEmpty else { return kept }
        return "\(kept), so \(checks.joined(separator: ", ")) were not made on them"
    }

    private var subject: String {
        guard let summary, let keeper = summary.parties.first, let peer = summary.parties.last else {
            return "A folder that does not read as a transcript"
        }
        let what = summary.phrase.map { "of \($0)" } ?? "of a session"
        return "\(keeper.name)'s transcript \(what) with \(peer.name), job \(summary.jobHash.prefix(16)),"
    }

    private var holds: String {
        switch verdict {
        case .invalid:
            let name = failure.map { "[\($0.check.rawValue)]\($0.error.map { " \($0)" } ?? "")" } ?? "a check failed"
            return "is INVALID: \(name)"
        case .valid: return "is VALID"
        case .validPruned: return "is VALID as far as a copy without payloads shows"
        default: return "holds as far as it goes and is \(verdict.rawValue)"
        }
    }

    /// Groups of checks by what they need.
    private var checked: String {
        let made = findings.filter { $0.status != .notEvaluated }
        let groups = [
            ("T", "the folder itself"), ("X", "the peer's copy"), ("M", "the fit's transcript"),
            ("R", "this site's secrets and table"),
            ("A", "what a party opened"),
        ].compactMap { letter, words -> String? in
            let count = made.count { $0.check.rawValue.hasPrefix(letter) }
            return count == 0 ? nil : "\(words) (\(count) check\(count == 1 ? "" : "s"))"
        }
        return groups.isEmpty ? "nothing" : groups.joined(separator: ", ")
    }

    private static func reason(_ finding: Finding) -> String {
        var words = finding.sentence.replacing("Not evaluated: ", with: "because ")
        if words.hasSuffix(".") { words.removeLast() }
        return words.prefix(1).lowercased() + words.dropFirst()
    }

    /// `T10 to T14, T22`.
    package static func ranges(of checks: [Check]) -> String {
        let order = Check.allCases
        let positions = checks.compactMap { order.firstIndex(of: $0) }.sorted()
        var runs: [(first: Int, last: Int)] = []
        for position in positions {
            if let last = runs.last, last.last == position { continue }
            if let last = runs.last, last.last + 1 == position,
                order[position].rawValue.first == order[last.last].rawValue.first
            {
                runs[runs.count - 1].last = position
            } else {
                runs.append((position, position))
            }
        }
        return runs.map { run in
            switch run.last - run.first {
            case 0: order[run.first].rawValue
            case 1: "\(order[run.first].rawValue), \(order[run.last].rawValue)"
            default: "\(order[run.first].rawValue) to \(order[run.last].rawValue)"
            }
        }.joined(separator: ", ")
    }
}
