import Wire

extension SumMesh {
    /// What comes of the first flight.
    struct Meeting: Sendable {
        /// Sums after which all go on.
        let opened: Int
        let sites: [Int]
        /// The last of them, where this site did not get it.
        let missed: OpenedSum?
        let areFinished: Bool
    }

    /// Sites with a session that works, in order.
    var peers: [Int] { live.subtracting([own]).sorted() }

    func each<M: Message>(_ message: M) -> [Int: M] {
        Dictionary(uniqueKeysWithValues: peers.map { ($0, message) })
    }

    /// Sends and receives. Sites that fail are lost.
    ///
    /// - Parameter number: of the flight, from 0: others may wait for a site that this one has lost already, and so longer each time.
    func flight<M: Message>(_ outgoing: [Int: M], _ number: Int) async throws -> [Int: M] {
        let limit = settings.patience * (number + 2)
        let (received, failures) = await Flight.exchange(outgoing, over: sessions, round: round, within: limit)
        try Task.checkCancellation()
        for site in failures.keys.sorted() {
            if let reason = failures[site] { lose(site, reason) }
        }
        return received
    }

    /// Shows messages to the round, site after site. Who breaks the protocol is told so and lost.
    func take<M: Message>(
        _ messages: [Int: M], _ body: (M, Int) throws(SumRound.Fault) -> Void
    ) async throws {
        for site in messages.keys.sorted() {
            guard let message = messages[site] else { continue }
            do throws(SumRound.Fault) { try body(message, site) } catch {
                guard case .sender(let name) = error else { throw Self.error(error) }
                await refuse(site, name)
            }
        }
    }

    private func refuse(_ site: Int, _ name: String) async {
        await sessions[site]?.abort(AbortReason(.violation, name))
        lose(site, .violation(peer: settings.parties[site], name: name))
    }

    static func error(_ fault: SumRound.Fault) -> SumError {
        switch fault {
        case .all(let error): error
        // Of a message of this site's own.
        case .sender(let name): .badSessions(name)
        }
    }

    /// Whether the job goes on without those that are gone.
    func goOn() throws(SumError) {
        guard !losses.isEmpty else { return }
        if settings.onLoss == .wait { throw .suspended(allLosses) }
        if live.count < settings.smallestSum {
            throw .tooFewSites(left: live.count, needed: settings.smallestSum, lost: allLosses)
        }
    }

    /// The first flight: how far everybody is, and who takes part.
    func meet(_ state: SumState, isFinished: Bool) async throws -> Meeting {
        let flags = settings.parties.indices.map { live.contains($0) }
        let own = PresenceMessage(
            heads: state.heads, present: flags, isFinished: isFinished, last: state.rounds.last)
        var all = try await flight(each(own), 0)
        for (site, message) in all where message.present.count != flags.count || !message.present[site] {
            await refuse(site, "malformedPresence")
            all[site] = nil
        }
        try goOn()
        all[self.own] = own
        let sites = settings.parties.indices.filter { site in
            all.values.count { !$0.present[site] } <= settings.coalition
        }
        guard sites.contains(self.own) else { throw SumError.leftOut }
        guard sites.count >= settings.smallestSum else {
            throw SumError.tooFewSites(left: sites.count, needed: settings.smallestSum, lost: allLosses)
        }
        let (least, most) = try compare(all, state)
        let holders = all.values.count { $0.heads.count == most }
        let opened = holders > settings.coalition ? most : least
        return Meeting(
            opened: opened, sites: sites,
            missed: state.heads.count < opened ? try missed(all, state) : nil,
            areFinished: least == most && all.values.allSatisfy(\.isFinished))
    }

    /// Fewest and most sums that a site has, at most one apart, and all of one chain.
    private func compare(
        _ all: [Int: PresenceMessage], _ state: SumState
    ) throws(SumError) -> (least: Int, most: Int) {
        let counts = all.values.map(\.heads.count)
        let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
        for (site, message) in all.sorted(by: { $0.key < $1.key }) {
            let common = min(message.heads.count, state.heads.count)
            guard message.heads.prefix(common) == state.heads.prefix(common),
                most <= least + 1 || message.heads.count > least
            else { throw .violation(site: settings.parties[site], name: "stateMismatch") }
        }
        return (least, most)
    }

    /// The sum that more sites than a coalition say comes next: one of them is honest.
    private func missed(_ all: [Int: PresenceMessage], _ state: SumState) throws(SumError) -> OpenedSum {
        let ahead = all.values.filter { $0.heads.count == state.heads.count + 1 }
        for message in ahead {
            guard let sum = message.last, message.heads.last == state.head(with: sum),
                ahead.count(where: { $0.heads.last == message.heads.last }) > settings.coalition
            else { continue }
            return sum
        }
        throw .noAccord
    }
}
