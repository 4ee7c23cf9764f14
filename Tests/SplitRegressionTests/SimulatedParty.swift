@testable import SplitRegression

// One party of a simulated fit, over whatever exchange.
extension SimulatedFitTests {
    /// What one party of a fit came to.
    struct Ended: Sendable {
        let results: FitShares
        let end: TrainingProgram.End
        let passes: Int
        let family: ResponseFamily
        /// Own columns that were not left out.
        let kept: [Int]
        let view: PartyView
    }

    /// One party of a fit.
    struct Party: Sendable {
        let role: TrainingRole
        let facts: TrainingFacts
        /// The constant first at the active party.
        let own: [[Double]]
        /// At the active party.
        let rows: ActiveRows?
        var heldOut = HeldOutRows(columns: [])

        func run(over exchange: some ViewedExchange, others: [any HolderExchange] = []) async throws -> Ended {
            let table = try WhitenedTable(
                own, hasConstant: role == .active, names: own.indices.map { "c\($0)" }, facts: facts)
            var machine = try ShareMachine(
                role: role, facts: facts, table: table, active: rows,
                centring: Array(repeating: 0, count: own.count), heldOut: heldOut, exchange: exchange,
                others: others)
            let program = TrainingProgram(facts)
            var kept = Array(own.indices)
            var opened: [Double] = []
            var done = 0
            while true {
                let next = program.continuation(after: opened)
                for step in next.steps[done...] {
                    if case .leaveOut(let place) = step {
                        let (rest, index) = try machine.leavingOut(
                            of: place, kept.map { own[$0] }, names: kept.map { "c\($0)" })
                        machine = rest
                        if let index { kept.remove(at: index) }
                        continue
                    }
                    machine.exchange.shares.point = nil
                    if case .coefficients = step, !facts.family.hasIntercept {
                        machine.exchange.shares.point = machine.trialPoint
                    }
                    machine.exchange.shares.cut = ShareMatrix.fractionBits - facts.resultBits(of: step)
                    if let number = try await machine.perform(step) { opened.append(number) }
                }
                done = next.steps.count
                guard let end = next.end else { continue }
                return Ended(
                    results: machine.results, end: end, passes: next.passes, family: machine.family, kept: kept,
                    view: machine.exchange.view)
            }
        }
    }

    /// Both parties, over mailboxes. One that throws ends the other, too.
    static func run(_ active: Party, _ passive: Party, seed: UInt64 = 1, missingBits: Int = 0) async throws -> [Ended] {
        let (ab, ba) = (Mailbox(), Mailbox())
        @Sendable func end(_ party: Party) async -> Result<Ended, any Error> {
            let isActive = party.role == .active
            let (inbox, outbox) = isActive ? (ba, ab) : (ab, ba)
            let exchange = SimulatedExchange(
                inbox: inbox, outbox: outbox, seed: isActive ? seed : seed + 1, isActive: isActive,
                weakness: Weakness(missingBits: missingBits))
            do {
                return .success(try await party.run(over: exchange))
            } catch {
                await outbox.close()
                return .failure(error)
            }
        }
        async let a = end(active)
        async let b = end(passive)
        let both = await [a, b]
        // The error that came first.
        for case .failure(let error) in both where !(error is OtherPartyEnded) { throw error }
        return try both.map { try $0.get() }
    }
}

extension TrainingFacts {
    /// Fraction bits of a step's results to one party.
    func resultBits(of step: TrainingStep) -> Int {
        switch step {
        case .coefficients(let bits): bits
        case .variances, .robustVariances: varianceBits
        case .aliases, .passiveAliases: Self.aliasBits.fraction
        default: ShareMatrix.fractionBits
        }
    }
}
