import Wire

/// What comes of a round's first flight: the same at all sites that received the same (`protocols/row-split.md` 5.1).
struct SumMeeting: Sendable {
    /// Sums after which all go on.
    let opened: Int
    let sites: [Int]
    /// The last of them, where this site did not get it.
    let missed: OpenedSum?
    let areFinished: Bool
    /// A site that has fewest sums.
    let shortest: Int?

    /// - Parameter all: by sender, this site's among them.
    /// - Throws: `stateMismatch`, `leftOut`, `tooFewSites`, `noAccord`.
    init(
        _ all: [Int: PresenceMessage], own: Int, state: SumState, settings: SumSettings, losses: [SumError.Loss]
    ) throws(SumError) {
        let sites = settings.parties.indices.filter { site in
            all.values.count { !$0.present[site] } <= settings.coalition
        }
        guard sites.contains(own) else { throw .leftOut }
        guard sites.count >= settings.smallestSum else {
            throw .tooFewSites(left: sites.count, needed: settings.smallestSum, lost: losses)
        }
        let (least, most) = try Self.compare(all, state, settings, isFinished: all[own]?.isFinished ?? false)
        // By head, not by number: a coalition may invent heads.
        let furthest = all.values.filter { $0.heads.count == most }
        let holders = furthest.map { one in furthest.count { $0.heads.last == one.heads.last } }.max() ?? 0
        opened = holders > settings.coalition ? most : least
        shortest = all.keys.sorted().first { all[$0]?.heads.count == least }
        missed = state.heads.count < opened ? try Self.missed(all, state, settings) : nil
        self.sites = sites
        areFinished = least == most && all.values.allSatisfy(\.isFinished)
    }

    /// Fewest and most sums that a site has, at most one apart, and all of one chain. This site's own count is the measure: who is further
    /// than one from it lies, or has another state.
    private static func compare(
        _ all: [Int: PresenceMessage], _ state: SumState, _ settings: SumSettings, isFinished: Bool
    ) throws(SumError) -> (least: Int, most: Int) {
        for (site, message) in all.sorted(by: { $0.key < $1.key }) {
            let common = min(message.heads.count, state.heads.count)
            guard message.heads.prefix(common) == state.heads.prefix(common),
                abs(message.heads.count - state.heads.count) <= 1
            else { throw .violation(site: settings.parties[site], name: "stateMismatch") }
            // Whether the end is reached follows from the sums.
            guard message.heads.count != state.heads.count || message.isFinished == isFinished else {
                throw .violation(site: settings.parties[site], name: "stateMismatch")
            }
        }
        let counts = all.values.map(\.heads.count)
        let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
        // One says one more than this site has, another one less: which of them lies is in the logs of both.
        guard most <= least + 1 else { throw .noAccord }
        return (least, most)
    }

    /// The sum that more sites than a coalition say comes next: one of them is honest.
    private static func missed(
        _ all: [Int: PresenceMessage], _ state: SumState, _ settings: SumSettings
    ) throws(SumError) -> OpenedSum {
        let ahead = all.values.filter { $0.heads.count == state.heads.count + 1 }
        for message in ahead {
            guard let sum = message.last, sum.sites.count >= settings.smallestSum,
                message.heads.last == state.head(with: sum),
                ahead.count(where: { $0.heads.last == message.heads.last }) > settings.coalition
            else { continue }
            return sum
        }
        throw .noAccord
    }
}
