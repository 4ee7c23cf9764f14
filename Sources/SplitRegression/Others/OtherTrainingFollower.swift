internal import Wire

/// Follows what a holder and a further passive party send each other (multiparty-training.md), from the numbers that the holder
/// announces, by the very code that takes the parties' decisions (T10, T16, T23, T24).
struct OtherTrainingFollower {
    private enum Content {
        /// Under the holder's key, in each chunk.
        case ciphertexts(ChunkSizes)
        case handover(RowChunks, bits: Int)
        case announcement(bits: Int)
        case bit
        /// Under the party's key, so many.
        case results(Int)
        /// Opened at once, each of so many bits.
        case numbers([Int])
    }

    private let plan: TrainingPlan
    private let setup: TrainingSetup
    private let holder: String
    private let other: String
    /// Which holder it is.
    private let role: TrainingRole
    /// The other party's place among the further ones.
    private let index: Int
    /// Bytes of a ciphertext.
    private let width: Int
    private var program: TrainingProgram?
    /// Of the fit without the columns that were left out so far.
    private var facts: TrainingFacts?
    private var opened: [Double] = []
    private var done = 0
    private var round: UInt32 = 0
    private var expected = ExpectedMessages<Content>(basis: "the numbers that were announced")
    private var opening: WindowOpening?
    /// Of which the holder owes both parties' bits.
    private var owing: TrainingStep?
    /// Whether the party still owes the helper a bit, before which nothing can be announced.
    private var isBitDue = false
    /// What the party said to this holder since then.
    private var bit: Bool?
    private var end: TrainingProgram.End?
    /// Gradients that were computed.
    private(set) var passes = 0

    init(
        plan: TrainingPlan, setup: TrainingSetup, holder: String, other: String, role: TrainingRole, index: Int,
        width: Int
    ) {
        self.plan = plan
        self.setup = setup
        self.holder = holder
        self.other = other
        self.role = role
        self.index = index
        self.width = width
    }

    /// Coefficients of all parties, without those that were left out; nil before the bounds are known.
    var parameters: Int? { facts?.parameters }

    /// Whether the fit, once it has its end, counts as converged.
    var isConverged: Bool {
        if case .fitted(let summary) = end { summary.converged } else { false }
    }

    // MARK: Messages

    mutating func take(_ bounds: Announcement, _ record: Record) throws(InspectionFailure) {
        guard program == nil, record.from == holder else { throw expected.outOfPlace(record) }
        guard plan.allows(bounds) else {
            throw Self.failure("T13", "boundsNotAllowed", "The announced bounds are none that such rows can have.")
        }
        let facts = plan.facts(rows: setup.rows, heldOut: setup.testRows, bounds)
        self.facts = facts
        program = TrainingProgram(facts)
        try goOn()
    }

    /// Whether ciphertexts are due here, which are the holder's.
    func demandCiphertexts(_ record: Record) throws(InspectionFailure) {
        guard case .ciphertexts = try expected.next(record).content else { throw expected.outOfPlace(record) }
    }

    /// A chunk of ciphertexts; the caller has checked them against the holder's key.
    mutating func take(ciphertexts count: Int, _ record: Record) throws(InspectionFailure) {
        guard case .ciphertexts(let counts) = try expected.next(record).content else {
            throw expected.outOfPlace(record)
        }
        try expected.takeChunk(record, of: counts.count, holds: count) { counts[$0] }
    }

    /// A handover of so many bytes, which may be kept by hash: what is sealed in them the holder alone sees.
    mutating func take(handoverOf bytes: Int, _ record: Record) throws(InspectionFailure) {
        guard case .handover(let chunks, let bits) = try expected.next(record).content else {
            throw expected.outOfPlace(record)
        }
        try expected.takeChunk(record, of: chunks.count, holds: bytes) {
            Handover.length(chunks.range($0).count, bits: bits)
        }
    }

    mutating func take(_ window: WindowShare, _ record: Record) throws(InspectionFailure) {
        switch try expected.next(record).content {
        case .bit:
            try demand(window, bits: 1)
            expected.drop(from: record.from)
            bit = window.value == 1
            isBitDue = false
        case .announcement(let bits):
            try demand(window, bits: bits)
            expected.drop(from: record.from)
            if let step = owing {
                guard !isBitDue, let facts,
                    facts.isPossible(announced: window.value, of: step, bit: bit)
                else {
                    throw Self.failure(
                        "T23", "stepMismatch", "Bits were announced that those of the parties cannot have come to.")
                }
                (owing, bit) = (nil, nil)
                try took(Double(window.value))
            } else if let number = opening?.take(window.value, 0) {
                opening = nil
                try took(number)
            } else {
                expectAnnouncement()
            }
        default: throw expected.outOfPlace(record)
        }
    }

    private func demand(_ window: WindowShare, bits: Int) throws(InspectionFailure) {
        guard window.bits == bits else {
            throw Self.failure("T24", "openedTooMuch", "A window of an opened number is not as wide as its step says.")
        }
    }

    /// Ciphertexts under the party's key; the caller has checked them.
    mutating func take(results count: Int, _ record: Record) throws(InspectionFailure) {
        guard case .results(let due) = try expected.next(record).content else { throw expected.outOfPlace(record) }
        guard count == due else {
            throw Self.failure("T24", "openedTooMuch", "More or fewer results were opened than the step says.")
        }
        expected.drop(from: record.from)
    }

    /// Numbers that were opened at once, on which no step depends.
    mutating func take(_ numbers: ResultShares, _ record: Record) throws(InspectionFailure) {
        guard case .numbers(let bits) = try expected.next(record).content else { throw expected.outOfPlace(record) }
        guard numbers.words(bits: bits) != nil else {
            throw Self.failure(
                "T24", "openedTooMuch", "More or fewer bits of numbers were announced than the step says.")
        }
        expected.drop(from: record.from)
    }

    mutating func takeCheckpoint(_ record: Record) throws(InspectionFailure) {
        try expected.takeCheckpoint(record)
    }

    /// - Throws: a failure when the fit had to go on, or to fail.
    func finish() throws(InspectionFailure) {
        guard expected.isEmpty, opening == nil, owing == nil, case .fitted = end else {
            throw Self.failure(
                "T23", "fitNotFinished",
                "The messages end before the fit does, or it has no result by what was announced.")
        }
    }

    // MARK: What comes next

    private mutating func took(_ number: Double) throws(InspectionFailure) {
        opened.append(number)
        try goOn()
    }

    /// Puts down what has to come until the next number is announced, or the end.
    private mutating func goOn() throws(InspectionFailure) {
        guard let program else { return }
        let next = program.continuation(after: opened)
        passes = next.passes
        for step in next.steps[done...] {
            facts = facts?.after([step])
            if let facts { try expect(step, facts) }
        }
        done = next.steps.count
        end = next.end
        guard case .fitted = end, plan.revealScores else { return }
        expected.addCheckpoint(from: holder, other)
        for rows in [setup.rows, setup.testRows] where rows > 0 {
            round += 1
            let chunks = Handover.chunks(rows, bits: TrainingFacts.scoreBits)
            expect(.handover, .handover(chunks, bits: TrainingFacts.scoreBits), from: other)
        }
    }

    private mutating func expect(_ step: TrainingStep, _ facts: TrainingFacts) throws(InspectionFailure) {
        let exchanges: [PlannedOtherExchange]
        do {
            exchanges = try facts.exchanges(of: step, with: role, ofOther: index)
        } catch {
            throw Self.failure("T13", "boundsNotAllowed", "By its bounds this training has no room in its keys.")
        }
        for exchange in exchanges {
            if exchange != .checkpoint { round += 1 }
            switch exchange {
            case .shape(let shape, let request, let reply):
                expect(request, .ciphertexts(shape.request(width: width)), from: holder)
                expect(reply, .ciphertexts(shape.reply(width: width)), from: other)
            case .handover(let count, let bits):
                expect(.handover, .handover(Handover.chunks(count, bits: bits), bits: bits), from: other)
            case .bit:
                isBitDue = true
                expect(.windowShare, .bit, from: other)
            case .results(let count, let bits):
                expect(.sealedResults, .results(try packing(bits).ciphertexts(count)), from: holder)
            case .announcement(let bits): expect(.resultShares, .numbers(bits), from: holder)
            case .checkpoint: expected.addCheckpoint(from: holder, other)
            }
        }
        guard step.isOpening else { return }
        owing = step.opensBits ? step : nil
        opening = facts.opening(of: step)
        expectAnnouncement()
    }

    private func packing(_ bits: Int) throws(InspectionFailure) -> ResultPacking {
        do {
            return try ResultPacking(bits: bits, modulusBits: plan.keyBits)
        } catch {
            throw Self.failure("T13", "boundsNotAllowed", "By its bounds this training has no room in its keys.")
        }
    }

    private mutating func expectAnnouncement() {
        round += 1
        let bits = owing != nil ? TrainingFacts.announcedBits : opening?.bits ?? 0
        expect(.windowShare, .announcement(bits: bits), from: holder)
    }

    private mutating func expect(_ type: MessageType, _ content: Content, from sender: String) {
        expected.add(type, round: round, content, from: sender)
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
