import Wire

extension SumMesh {
    /// Opens sum after sum until the program has ended at every site.
    ///
    /// - Parameters:
    ///   - state: the last one that was saved, or an empty one.
    ///   - begin: before anything is sent: the state, with the hash of this site's rows, must be on disk when it returns.
    ///   - willOpen: before this site's vector leaves: from then on the others may open the sum without it. Its error ends the job with
    ///     nothing of the round sent.
    ///   - save: after a sum was opened; the state must be on disk when it returns.
    /// - Returns: the state with all sums.
    /// - Throws: ``SumError``, errors of the program and of the closures. All sessions are ended then.
    public func run<Program: SumProgram>(
        _ program: Program, from state: SumState,
        begin: @Sendable (SumState) async throws -> Void = { _ in },
        willOpen: @Sendable (SumNotice) async throws -> Void = { _ in },
        save: @Sendable (SumState, SumNotice) async throws -> Void = { _, _ in }
    ) async throws -> SumState {
        do {
            try check(state, of: program)
            var state = state
            state.input = program.input
            try await begin(state)
            return try await rounds(of: program, from: state, willOpen: willOpen, save: save)
        } catch {
            await Self.end(sessions.values, because: error)
            throw Task.isCancelled ? WireError.cancelled : (error as? SumRefusal)?.cause ?? error
        }
    }

    /// That this site would put in what it had put in.
    private func check<Program: SumProgram>(_ state: SumState, of program: Program) throws {
        guard state.job == job, state.siteCount == settings.parties.count else {
            throw SumError.badState("the saved state is another job's")
        }
        guard state.input == nil || state.input == program.input else {
            throw SumError.inputChanged(round: state.rounds.count)
        }
        for (index, round) in state.rounds.enumerated() {
            guard let step = try program.next(after: Array(state.rounds[..<index])), step.point == round.point else {
                throw SumError.badState("the saved state is of another model or version")
            }
            let values = try program.contribution(to: step.request)
            let own = state.own[index]
            guard own == .zero || own == SumState.ownHash(values, job: job, point: step.point) else {
                throw SumError.inputChanged(round: index)
            }
        }
    }

    private func rounds<Program: SumProgram>(
        of program: Program, from state: SumState,
        willOpen: @Sendable (SumNotice) async throws -> Void,
        save: @Sendable (SumState, SumNotice) async throws -> Void
    ) async throws -> SumState {
        var state = state
        /// A sum that is opened once more, for a site that did not get it.
        var again: OpenedSum?
        var history = SumHistory(opened: state.rounds.count)
        var failed = 0
        /// Meetings in a row of a site that has all sums with others that do not say so.
        var waits = 0
        var withholders: Set<Int> = []
        while true {
            round += 1
            let lost = losses.count
            let isFinished = try program.next(after: state.rounds) == nil
            let meeting = try await meet(state, isFinished: isFinished)
            if meeting.areFinished { return state }
            if let missed = meeting.missed {
                try missed.demandSame(as: again, round: state.rounds.count)
                again = nil
                try await catchUp(&state, missed, of: program, willOpen: willOpen, save: save)
                history.reached(state.rounds.count)
                failed = 0
            } else if meeting.opened < state.rounds.count {
                do throws(SumHistory.Refusal) { try history.goBack(to: meeting.opened) } catch {
                    throw Self.error(error, meeting, settings)
                }
                again = state.rounds.last
                state.removeLast()
            }
            // At the end of a fit that not all have yet: they have it now, and say so in the next flight.
            guard let step = try program.next(after: state.rounds) else {
                waits += 1
                // One flight brings whoever lacks the last sum to the end.
                if waits > 2, let last = meeting.shortest, last != own {
                    throw SumError.violation(site: settings.parties[last], name: "stateMismatch")
                }
                continue
            }
            waits = 0
            let values = try program.contribution(to: step.request)
            let outcome = try await round(step, values, sites: meeting.sites, opened: state.rounds.count, willOpen)
            guard let sum = outcome.sum else {
                failed = losses.count > lost ? 0 : failed + 1
                withholders.formUnion(outcome.withholders)
                guard failed < 2 else {
                    let names = withholders.sorted().map { settings.parties[$0] }
                    throw names.isEmpty ? SumError.noAccord : SumError.sharesWithheld(by: names)
                }
                continue
            }
            failed = 0
            withholders = []
            try sum.demandSame(as: again, round: state.rounds.count)
            again = nil
            state.append(sum, own: SumState.ownHash(values, job: job, point: step.point))
            history.reached(state.rounds.count)
            try await save(state, notice(step, number: state.rounds.count - 1, sites: sum.sites))
        }
    }

    static func error(
        _ refusal: SumHistory.Refusal, _ meeting: SumMeeting, _ settings: SumSettings
    ) -> SumError {
        switch refusal {
        case .tooFar:
            meeting.shortest.map { .violation(site: settings.parties[$0], name: "stateMismatch") } ?? .noAccord
        case .tooOften: .noAccord
        }
    }

    /// Takes a sum that others opened. Whether this site's vector in it was of these rows it cannot say: no hash is kept.
    private func catchUp<Program: SumProgram>(
        _ state: inout SumState, _ sum: OpenedSum, of program: Program,
        willOpen: @Sendable (SumNotice) async throws -> Void,
        save: @Sendable (SumState, SumNotice) async throws -> Void
    ) async throws {
        guard let step = try program.next(after: state.rounds), step.point == sum.point,
            step.count == sum.values.count
        else { throw SumError.violation(site: settings.parties[own], name: "pointMismatch") }
        let notice = notice(step, number: state.rounds.count, sites: sum.sites)
        try await ask(willOpen, notice)
        state.append(sum, own: .zero)
        try await save(state, notice)
    }

    /// Whatever keeps this site from taking part in a sum is told as a refusal: it is not lost, and no sum is opened without it.
    private func ask(_ willOpen: @Sendable (SumNotice) async throws -> Void, _ notice: SumNotice) async throws {
        do { try await willOpen(notice) } catch {
            throw error is CancellationError ? error : SumRefusal(cause: error)
        }
    }

    private func notice<Request>(_ step: SumStep<Request>, number: Int, sites: [Int]) -> SumNotice {
        SumNotice(
            number: number, name: step.name, values: step.count, point: step.point,
            sites: sites.map { settings.parties[$0] })
    }

    // MARK: A round's flights (protocols/row-split.md 5)

    private func round<Request>(
        _ step: SumStep<Request>, _ values: [UInt128], sites: [Int], opened: Int,
        _ willOpen: @Sendable (SumNotice) async throws -> Void
    ) async throws -> (sum: OpenedSum?, withholders: [Int]) {
        try await ask(willOpen, notice(step, number: opened, sites: sites))
        let (made, messages) = try deal(step, values, sites: sites, opened: opened)
        var state = made
        let vectors = try await flight(messages, 1)
        try await take(vectors) { message, site throws(SumRound.Fault) in try state.take(message, from: site) }
        try goOn()

        let receipt = state.receipt
        try await take(try await flight(each(receipt), 2)) { message, site throws(SumRound.Fault) in
            try state.take(message, from: site)
        }
        try goOn()

        let accord = try state.agree().map { digest in
            SignedDigest(
                digest: digest,
                signature: try signer(try statements.agreed(digest, round: round, sender: own)))
        }
        let accords = Dictionary(
            uniqueKeysWithValues: peers.map {
                ($0, AccordMessage(accord: accord, forwarded: accord == nil ? [] : state.forwarded(to: $0)))
            })
        try await take(try await flight(accords, 3)) { message, site throws(SumRound.Fault) in
            try state.take(message, from: site)
        }
        if !state.hasQuorum { try goOn() }

        let release = state.release
        try await take(try await flight(each(release), 4)) { message, site throws(SumRound.Fault) in
            try state.take(message, from: site)
        }
        do throws(SumRound.Fault) { return (try state.sum(), state.withholders) } catch { throw Self.error(error) }
    }

    /// This site's vector in the round's state, and the messages to the others.
    private func deal<Request>(
        _ step: SumStep<Request>, _ values: [UInt128], sites: [Int], opened: Int
    ) throws -> (SumRound, [Int: VectorMessage]) {
        let terms = SumRound.Terms(
            settings: settings, statements: statements, keys: keys, own: own, number: round, sites: sites,
            opened: opened, point: step.point, count: step.count)
        // With nobody's generator the masks would be public.
        guard !peers.isEmpty else { throw SumError.badSessions("no peer is left") }
        var entropy = SumStatements.labelled("moiety/rows/entropy/v1")
        for site in peers {
            guard let session = sessions[site] else { continue }
            var generator = session.randomness("row masks", round: round)
            entropy.writeFixed(generator.bytes32())
        }
        let seeds = sites.filter { $0 != own }.compactMap { site in
            secrets[site].map { (site, $0.seed(ofRound: round)) }
        }
        // A seed that is missing would leave a vector without that mask.
        guard seeds.count == sites.count - 1 else { throw SumError.badSessions("a site of the round has no secret") }
        let deal = RoundDeal(
            values, opened: opened, point: step.point, own: own, sites: sites, siteCount: settings.parties.count,
            threshold: terms.threshold, round: round, statements: statements,
            entropy: SumStatements.hash(entropy).bytes, seeds: Dictionary(uniqueKeysWithValues: seeds))
        let bytes = try deal.publicPart.encoded()
        let signature = try signer(
            try statements.vector(Bytes32(hashing: bytes), round: round, sender: own))
        func message(to site: Int) -> VectorMessage {
            VectorMessage(publicPart: bytes, signature: signature, shares: deal.shares[site] ?? [])
        }
        var state = SumRound(terms)
        do throws(SumRound.Fault) { try state.take(message(to: own), from: own) } catch { throw Self.error(error) }
        return (state, Dictionary(uniqueKeysWithValues: peers.map { ($0, message(to: $0)) }))
    }
}

extension OpenedSum {
    /// Of a sum that was opened before: over the same sites at the same point it has the same values.
    ///
    /// - Throws: `reopenedDiffers`.
    func demandSame(as earlier: OpenedSum?, round: Int) throws(SumError) {
        guard let earlier, earlier.point == point, earlier.sites == sites, earlier.values != values else { return }
        throw .reopenedDiffers(round: round)
    }
}
