internal import Wire

/// Follows a training from its messages alone: which comes next, with which round, how many ciphertexts and how many bits, by the very
/// code that takes the parties' decisions from the numbers that they open (T10, T16, T23, T24).
struct TrainingFollower {
    private enum Content {
        /// Ciphertexts under the owner's key, in each chunk.
        case ciphertexts(ChunkSizes, owner: String)
        case window(bits: Int)
        case results(bits: [Int])
        case scores(rows: Int)
        /// With further parties: what scores are sealed under, and these.
        case scoreKey
        case sealedScores(rows: Int)
    }

    private let plan: TrainingPlan
    private let setup: TrainingSetup
    private let active: String
    private let passive: String
    /// Bytes of a ciphertext.
    private let width: Int
    private var program: TrainingProgram?
    /// Of the fit without the columns that were left out so far.
    private var facts: TrainingFacts?
    private var opened: [Double] = []
    private var done = 0
    private var round: UInt32 = 0
    private var expected = ExpectedMessages<Content>(basis: "the numbers that were opened")
    private var opening: WindowOpening?
    /// The step of which each party owes a bit.
    private var bitStep: TrainingStep?
    private var windows: [String: UInt64] = [:]
    private var end: TrainingProgram.End?
    /// Gradients that were computed.
    private(set) var passes = 0

    init(plan: TrainingPlan, setup: TrainingSetup, active: String, passive: String, width: Int) {
        self.plan = plan
        self.setup = setup
        self.active = active
        self.passive = passive
        self.width = width
    }

    /// Coefficients of both parties, without those that were left out; nil before the bounds are known.
    var parameters: Int? { facts?.parameters }

    /// Whether the fit, once it has its end, counts as converged.
    var isConverged: Bool {
        if case .fitted(let summary) = end { summary.converged } else { false }
    }

    // MARK: Messages

    mutating func take(_ bounds: Announcement, _ record: Record) throws(InspectionFailure) {
        guard program == nil, record.from == active else { throw expected.outOfPlace(record) }
        guard plan.allows(bounds) else {
            throw Self.failure("T13", "boundsNotAllowed", "The announced bounds are none that such rows can have.")
        }
        let facts = plan.facts(rows: setup.rows, heldOut: setup.testRows, bounds)
        self.facts = facts
        program = TrainingProgram(facts)
        try goOn()
    }

    /// A chunk of ciphertexts; the caller has checked them against the owner's key.
    mutating func take(ciphertexts count: Int, _ record: Record) throws(InspectionFailure) {
        guard case .ciphertexts(let counts, _) = try expected.next(record).content else {
            throw expected.outOfPlace(record)
        }
        try expected.takeChunk(record, of: counts.count, holds: count) { counts[$0] }
    }

    /// Under whose key the ciphertexts of a message are.
    func owner(of record: Record) throws(InspectionFailure) -> String {
        guard case .ciphertexts(_, let owner) = try expected.next(record).content else {
            throw expected.outOfPlace(record)
        }
        return owner
    }

    mutating func take(_ window: WindowShare, _ record: Record) throws(InspectionFailure) {
        guard case .window(let bits) = try expected.next(record).content else { throw expected.outOfPlace(record) }
        guard window.bits == bits else {
            throw Self.failure("T24", "openedTooMuch", "A window of an opened number is not as wide as its step says.")
        }
        expected.drop(from: record.from)
        windows[record.from] = window.value
        guard let a = windows[active], let b = windows[passive] else { return }
        windows = [:]
        if let step = bitStep {
            bitStep = nil
            guard step != .theta || b == 0 else {
                throw Self.failure("T23", "stepMismatch", "\(passive) set a bit that is \(active)'s alone.")
            }
            if case .leaves = step, a != 0 {
                throw Self.failure("T23", "stepMismatch", "\(active) set a bit that is a passive party's alone.")
            }
            try took(Double(a + 2 * b))
        } else if let number = opening?.take(a, b) {
            opening = nil
            try took(number)
        } else {
            expectWindows()
        }
    }

    mutating func take(_ results: ResultShares, _ record: Record) throws(InspectionFailure) {
        guard case .results(let bits) = try expected.next(record).content else { throw expected.outOfPlace(record) }
        guard results.words(bits: bits) != nil else {
            throw Self.failure("T24", "openedTooMuch", "More or fewer bits of results were opened than the step says.")
        }
        expected.drop(from: record.from)
    }

    mutating func take(scores count: Int, _ record: Record) throws(InspectionFailure) {
        guard plan.revealScores else {
            throw Self.failure("T14", "undeclaredMessage", "The job does not reveal scores, but they were sent.")
        }
        guard case .scores(let rows) = try expected.next(record).content else { throw expected.outOfPlace(record) }
        let chunks = ScoreExchange.chunks(rows)
        try expected.takeChunk(record, of: max(1, chunks.count), holds: count) { chunks.range($0).count }
    }

    /// The key is one ciphertext under the active party's key; the caller has looked at it.
    mutating func take(scoreKeys count: Int, _ record: Record) throws(InspectionFailure) {
        guard case .scoreKey = try expected.next(record).content else { throw expected.outOfPlace(record) }
        guard count == 1 else {
            throw Self.failure("T10", "wrongCount", "The key that scores are sealed under is not one ciphertext.")
        }
        expected.drop(from: record.from)
    }

    /// A chunk of sealed scores of so many bytes.
    mutating func take(sealedScores bytes: Int, _ record: Record) throws(InspectionFailure) {
        guard case .sealedScores(let rows) = try expected.next(record).content else {
            throw expected.outOfPlace(record)
        }
        let chunks = Handover.chunks(rows, bits: TrainingFacts.scoreBits)
        try expected.takeChunk(record, of: chunks.count, holds: bytes) {
            Handover.length(chunks.range($0).count, bits: TrainingFacts.scoreBits)
        }
    }

    mutating func takeCheckpoint(_ record: Record) throws(InspectionFailure) {
        try expected.takeCheckpoint(record)
    }

    /// - Throws: a failure when the fit had to go on, or to fail.
    func finish() throws(InspectionFailure) {
        guard expected.isEmpty, opening == nil, bitStep == nil else {
            throw Self.failure("T23", "fitNotFinished", "The messages end before the fit does.")
        }
        guard case .fitted = end else {
            throw Self.failure("T23", "fitNotFinished", "By the numbers that were opened this fit has no result.")
        }
    }

    // MARK: What comes next

    private mutating func took(_ number: Double) throws(InspectionFailure) {
        opened.append(number)
        try goOn()
    }

    /// Puts down what has to come until the next number is opened, or the end.
    private mutating func goOn() throws(InspectionFailure) {
        guard let program else { return }
        let next = program.continuation(after: opened)
        passes = next.passes
        for step in next.steps[done...] {
            facts = facts?.after([step])
            if let facts { try expect(step, facts) }
        }
        done = next.steps.count
        guard let end = next.end else { return }
        self.end = end
        guard case .fitted = end, plan.revealScores else { return }
        expected.addCheckpoint(from: active, passive)
        round += 1
        guard plan.otherColumns.isEmpty else {
            expect(.handoverKey, .scoreKey, from: passive)
            for rows in [setup.rows] + (setup.testRows > 0 ? [setup.testRows] : []) {
                round += 1
                expect(.handover, .sealedScores(rows: rows), from: passive)
            }
            return
        }
        expect(.scoreChunk, .scores(rows: setup.rows), from: passive)
        guard setup.testRows > 0 else { return }
        round += 1
        expect(.scoreChunk, .scores(rows: setup.testRows), from: passive)
    }

    private mutating func expect(_ step: TrainingStep, _ facts: TrainingFacts) throws(InspectionFailure) {
        let exchanges: [PlannedExchange]
        do {
            exchanges = try facts.exchanges(of: step)
        } catch {
            throw Self.failure("T13", "boundsNotAllowed", "By its bounds this training has no room in its keys.")
        }
        for exchange in exchanges {
            switch exchange {
            case .shape(let shape, let owner, let request, let reply):
                round += 1
                let (own, other) = owner == .active ? (active, passive) : (passive, active)
                expect(request, .ciphertexts(shape.request(width: width), owner: own), from: own)
                expect(reply, .ciphertexts(shape.reply(width: width), owner: own), from: other)
            case .results(let toActive, let toPassive):
                round += 1
                expect(.resultShares, .results(bits: toPassive), from: active)
                expect(.resultShares, .results(bits: toActive), from: passive)
            case .checkpoint: expected.addCheckpoint(from: active, passive)
            }
        }
        if step.opensBits {
            bitStep = step
            expectWindows()
        } else if let opening = facts.opening(of: step) {
            self.opening = opening
            expectWindows()
        }
    }

    private mutating func expectWindows() {
        round += 1
        let width = bitStep != nil ? 1 : opening?.bits ?? 0
        for party in [active, passive] { expect(.windowShare, .window(bits: width), from: party) }
    }

    private mutating func expect(_ type: MessageType, _ content: Content, from sender: String) {
        expected.add(type, round: round, content, from: sender)
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
