import Wire

extension SumMesh {
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
        // All of them: that one is lost as well does not unsay that another one has ended the job.
        let all = allLosses + losses.keys.sorted().compactMap { losses[$0] }
        if let final = all.first(where: { endsAll($0.reason) }) { throw .ended(by: final) }
        if settings.onLoss == .wait { throw .suspended(allLosses) }
        if live.count < settings.smallestSum {
            throw .tooFewSites(left: live.count, needed: settings.smallestSum, lost: allLosses)
        }
    }

    /// A refusal and a broken protocol are for good. Where the others go on: if the site itself said so, or that it gives up. It is not
    /// lost then, and going on would disclose its sums, which one that deviates can bring about by a message to it, or by a point.
    private func endsAll(_ reason: WireError) -> Bool {
        let isFinal = [.refusal, .violation, .disagreement].contains(reason.kind)
        if settings.onLoss == .wait { return isFinal }
        guard case .peerAborted(_, let abort) = reason else { return false }
        return isFinal || [SumError.noAccord.name, SumError.sharesWithheld(by: []).name].contains(abort.name)
    }

    /// The first flight: how far everybody is, and who takes part.
    func meet(_ state: SumState, isFinished: Bool) async throws -> SumMeeting {
        let flags = settings.parties.indices.map { live.contains($0) }
        let own = PresenceMessage(
            mesh: id, heads: state.heads, present: flags, isFinished: isFinished, last: state.rounds.last)
        var all = try await flight(each(own), 0)
        for (site, message) in all where message.isMalformed(from: site, of: flags.count) {
            await refuse(site, "malformedPresence")
            all[site] = nil
        }
        for site in all.keys.sorted() where all[site]?.mesh != id {
            throw SumError.otherMesh(site: settings.parties[site], other: settings.parties[self.own])
        }
        try goOn()
        all[self.own] = own
        return try SumMeeting(all, own: self.own, state: state, settings: settings, losses: allLosses)
    }
}
