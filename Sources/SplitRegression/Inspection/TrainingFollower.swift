internal import Wire

/// Follows a training from its messages alone: which comes next, with which round, how many ciphertexts and how many bits, by the very
/// code that takes the parties' decisions from the numbers that they open (T10, T16, T23, T24).
struct TrainingFollower {
    /// A message that has to come, from one party.
    private struct Expected {
        enum Content {
            /// Ciphertexts under the owner's key, in each chunk.
            case ciphertexts(ChunkSizes, owner: String)
            case window(bits: Int)
            case results(bits: [Int])
            case scores(rows: Int)
            case checkpoint
        }

        let type: MessageType
        let round: UInt32
        let content: Content
        var chunk = 0
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
    /// In order, by sender.
    private var expected: [String: [Expected]] = [:]
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
        guard program == nil, record.from == active else { throw Self.outOfPlace(record) }
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
        let chunk = try begin(record)
        guard case .ciphertexts(let counts, _) = chunk.content else { throw Self.outOfPlace(record) }
        guard record.chunk.count == counts.count, Int(record.chunk.index) == chunk.chunk,
            counts[chunk.chunk] == count
        else {
            throw Self.failure(
                "T10", "wrongCount", "A message has another number of ciphertexts than its step asks for.")
        }
        if chunk.chunk + 1 < counts.count { expected[record.from]?[0].chunk += 1 } else { drop(record.from) }
    }

    /// Under whose key the ciphertexts of a message are.
    func owner(of record: Record) throws(InspectionFailure) -> String {
        let next = try begin(record)
        guard case .ciphertexts(_, let owner) = next.content else { throw Self.outOfPlace(record) }
        return owner
    }

    mutating func take(_ window: WindowShare, _ record: Record) throws(InspectionFailure) {
        guard case .window(let bits) = try begin(record).content else { throw Self.outOfPlace(record) }
        guard window.bits == bits else {
            throw Self.failure("T24", "openedTooMuch", "A window of an opened number is not as wide as its step says.")
        }
        drop(record.from)
        windows[record.from] = window.value
        guard let a = windows[active], let b = windows[passive] else { return }
        windows = [:]
        if let step = bitStep {
            bitStep = nil
            guard step != .theta || b == 0 else {
                throw Self.failure("T23", "stepMismatch", "\(passive) set a bit that is \(active)'s alone.")
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
        guard case .results(let bits) = try begin(record).content else { throw Self.outOfPlace(record) }
        guard results.words(bits: bits) != nil else {
            throw Self.failure("T24", "openedTooMuch", "More or fewer bits of results were opened than the step says.")
        }
        drop(record.from)
    }

    mutating func take(scores count: Int, _ record: Record) throws(InspectionFailure) {
        guard plan.revealScores else {
            throw Self.failure("T14", "undeclaredMessage", "The job does not reveal scores, but they were sent.")
        }
        let next = try begin(record)
        guard case .scores(let rows) = next.content else { throw Self.outOfPlace(record) }
        let chunks = ScoreExchange.chunks(rows)
        guard Int(record.chunk.count) == max(1, chunks.count), Int(record.chunk.index) == next.chunk,
            count == chunks.range(next.chunk).count
        else {
            throw Self.failure("T10", "wrongCount", "This message is split into chunks of the wrong size.")
        }
        if next.chunk + 1 < chunks.count { expected[record.from]?[0].chunk += 1 } else { drop(record.from) }
    }

    mutating func takeCheckpoint(_ record: Record) throws(InspectionFailure) {
        guard let next = expected[record.from]?.first else { return }
        guard case .checkpoint = next.content else {
            throw Self.failure("T23", "stepMismatch", "\(record.from) signed a checkpoint where none belongs.")
        }
        drop(record.from)
    }

    /// - Throws: a failure when the fit had to go on, or to fail.
    func finish() throws(InspectionFailure) {
        guard expected.values.allSatisfy(\.isEmpty), opening == nil, bitStep == nil else {
            throw Self.failure("T23", "fitNotFinished", "The messages end before the fit does.")
        }
        guard case .fitted = end else {
            throw Self.failure("T23", "fitNotFinished", "By the numbers that were opened this fit has no result.")
        }
    }

    // MARK: What comes next

    private func begin(_ record: Record) throws(InspectionFailure) -> Expected {
        guard let next = expected[record.from]?.first else {
            throw Self.failure(
                "T23", "stepMismatch", "\(record.from) went on where the numbers that were opened say that it ends.")
        }
        if case .checkpoint = next.content {
            throw Self.failure("T16", "checkpointMissing", "\(record.from) went on without the checkpoint due here.")
        }
        guard next.type == record.type else { throw Self.outOfPlace(record) }
        guard next.round == record.round else {
            throw Self.failure("T10", "wrongRound", "A message carries another number of its exchange than it has.")
        }
        return next
    }

    private mutating func drop(_ sender: String) { expected[sender]?.removeFirst() }

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
            if step == .leaveOut { facts = facts?.withoutPassiveColumn }
            if let facts { try expect(step, facts) }
        }
        done = next.steps.count
        guard let end = next.end else { return }
        self.end = end
        guard case .fitted = end, plan.revealScores else { return }
        for party in [active, passive] { expect(.checkpoint, .checkpoint, from: party) }
        round += 1
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
            case .checkpoint: for party in [active, passive] { expect(.checkpoint, .checkpoint, from: party) }
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

    private mutating func expect(_ type: MessageType, _ content: Expected.Content, from sender: String) {
        expected[sender, default: []].append(Expected(type: type, round: round, content: content))
    }

    private static func outOfPlace(_ record: Record) -> InspectionFailure {
        failure("T23", "stepMismatch", "\(record.from) sent another message than the numbers that were opened ask for.")
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
