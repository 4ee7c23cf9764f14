import Bignum
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// Holders that do not tell a further party the same, and parties that hand over what is none.
@Suite("Holders and further parties that lie") struct LyingHolderTests {
    /// A holder whose announcements are what the test says, and who asks nothing.
    private final class Announcing: OtherExchange {
        let digit: UInt64
        init(_ digit: UInt64) { self.digit = digit }
        func evaluateRowProducts(_ columns: [[Int64]], entries: Int, turnBits: Int) async throws -> [ShareWord] { [] }
        func evaluateColumnSums(
            _ layout: ColumnSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
        ) async throws -> [ShareWord] { [] }
        func evaluatePackedSums(
            _ layout: PackedSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
        ) async throws -> ShareMatrix { ShareMatrix(rows: 0, columns: 0) }
        func evaluateScaledRows(
            _ layout: ScaledRowLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
        ) async throws -> [[ShareWord]] { [] }
        func splittingWords(count: Int) -> [ShareWord] { [] }
        func handOver(_ words: [ShareWord], bits: Int) async throws {}
        func takeAnnounced(bits: Int) async throws -> UInt64 { digit }
        /// The last of them is the test's.
        func takeAnnounced(bits: [Int]) async throws -> [ShareWord] {
            bits.indices.map { $0 == bits.count - 1 ? ShareWord(low: digit, middle: 0, high: 0) : .zero }
        }
        func giveBit(_ isSet: Bool) async throws {}
        func takeResults(count: Int, bits: Int) async throws -> [ShareWord] { Array(repeating: .zero, count: count) }
        func checkpoint() async throws {}
    }

    private static func machine(
        _ digits: (UInt64, UInt64), _ family: ResponseFamily = .logistic, l1: Double = 0
    ) throws -> OtherMachine {
        let facts = TrainingFacts(
            family: family, rows: 8, activeColumns: 2, passiveColumns: 1, otherColumns: [1], penalty: 0, l1: l1,
            tolerance: 1e-3, maximumPasses: 20, modulusBits: 512, computesStandardErrors: true, opensLoss: false,
            opensBrier: false, scaleBits: 0, weightBits: -2, rowBits: 1)
        let column = SimulatedFitTests.Case.standardised([1, 2, 3, 4, 5, 6, 7, 9])
        return try OtherMachine(
            facts: facts, index: 0,
            table: try WhitenedTable([column], hasConstant: false, names: ["x"], facts: facts), centring: [0],
            active: Announcing(digits.0), helper: Announcing(digits.1))
    }

    @Test("Different announcements end the fit at the party that hears them", arguments: [TrainingStep.trace, .theta])
    func announcements(_ step: TrainingStep) async throws {
        #expect(try await Self.machine((1, 1)).perform(step) != nil)
        await #expect(
            throws: TrainingError.protocolViolation("the active party and the helper announce different numbers")
        ) { try await Self.machine((1, 0)).perform(step) }
    }

    @Test("So do different correlations of an elastic net, and different gradients")
    func jointNumbers() async throws {
        func perform(_ digits: (UInt64, UInt64)) async throws {
            let machine = try Self.machine(digits, .linear, l1: 0.1)
            for step in [TrainingStep.correlations, .propose, .jointGradient] { _ = try await machine.perform(step) }
        }
        try await perform((5, 5))
        await #expect(
            throws: TrainingError.protocolViolation("the active party and the helper announce different numbers")
        ) { try await perform((5, 6)) }
    }

    private static let lacking = TrainingError.protocolViolation("an announcement that this party's bit is not in")

    /// The helper leaves the party's bit out, so that rows that wrapped go unnoticed; both holders say the same.
    @Test("A bit that the helper leaves out ends the fit at the party that gave it")
    func missingBit() async throws {
        for announced: UInt64 in 0...3 {
            let machine = try Self.machine((announced, announced))
            _ = try await machine.perform(.coefficients(fractionBits: 20))
            // Nothing is beyond an unbounded range, all is beyond one of nothing.
            #expect(try await machine.perform(.range(period: 0x1p60)) == Double(announced))
            guard announced & 2 == 0 else {
                #expect(try await machine.perform(.range(period: -64)) == Double(announced))
                continue
            }
            await #expect(throws: Self.lacking) { try await machine.perform(.range(period: -64)) }
        }
    }

    @Test("Theta's announcement is the active party's bit alone", arguments: [UInt64(2), 3])
    func theta(_ announced: UInt64) async throws {
        await #expect(throws: Self.lacking) { try await Self.machine((announced, announced)).perform(.theta) }
    }

    @Test("Who leaves a column out is one passive party's bit: its own at that party, one of two numbers at others")
    func leaver() async throws {
        for (place, possible) in [(PassivePlace.further(0), [0]), (.sharing, [0, 2])] as [(PassivePlace, [UInt64])] {
            for announced: UInt64 in 0...3 {
                let machine = try Self.machine((announced, announced))
                // Its column takes no part.
                _ = try await machine.perform(.passiveAliases)
                guard possible.contains(announced) else {
                    await #expect(throws: Self.lacking) { try await machine.perform(.leaves(place)) }
                    continue
                }
                #expect(try await machine.perform(.leaves(place)) == Double(announced))
            }
        }
    }

    @Test("Different bounds, and different scales of the label, end both sessions", arguments: [(0, 1), (1, 0)])
    func bounds(_ differing: (scale: Int, bounds: Int)) async throws {
        let parties = try SeveralParties(
            MadeTable.sample(.linear, rows: 40, active: 1, passive: 2, seed: 3), counts: [1, 1, 1])
        let plan = try parties.plan(TrainingPlan(family: .linear, keyBits: 512))
        let sessions = try await parties.sessions(plan)
        let inputs = try parties.designs(plan).map { Training.Input(design: $0) }
        // Both holders go as far as bounds, and the helper's are others.
        @Sendable func hold(_ party: Int) async throws {
            let session = sessions.all[party][2]!
            let own = party == 0 ? plan.activeColumns : plan.passiveColumns
            _ = try await Training.open(
                party == 0 ? .active : .passive, inputs[party], columns: (own, 1),
                exponent: 2 + party * differing.scale, plan: plan, keyFloor: 512, session: session,
                progress: { _ in })
            try await session.send(
                TrainingBounds(
                    Announcement(scaleBits: 0, weightBits: 0, rowBits: 3 + party * differing.bounds, periodBits: 0)))
        }
        async let one: Void = hold(0)
        async let other: Void = hold(1)
        let what = differing.scale > 0 ? "scales of the label" : "bounds"
        await #expect(
            throws: TrainingError.protocolViolation("the active party and the helper tell different \(what)")
        ) {
            try await MultipartyTraining.other(
                0, inputs[2], plan: plan, keyFloor: 512, active: sessions.all[2][0]!, helper: sessions.all[2][1]!
            ) { _ in }
        }
        _ = try await (one, other)
    }

    @Test("Numbers that are handed over are sealed for their place, below their width, and as many as due")
    func handovers() throws {
        let words = [UInt64(1) << 60, 5].map { ShareWord(low: $0, middle: 0, high: 0) }
        let secret = try LimbVector([12345], bits: 512)
        let seal = HandoverSeal(secret: secret, bits: 512, session: .zero)
        let bytes = try Handover(
            payload: Handover(sealed: try seal.sealed(words, bits: 61, round: 7, chunk: 1)).encoded()
        ).bytes
        #expect(bytes.count == Handover.length(2, bits: 61))
        func opened(
            _ seal: HandoverSeal, _ bytes: [UInt8], _ count: Int = 2, bits: Int = 61, round: UInt32 = 7,
            _ chunk: Int = 1
        ) -> [ShareWord]? {
            seal.opened(bytes, count: count, bits: bits, round: round, chunk: chunk)
        }
        #expect(opened(seal, bytes) == words)
        #expect(opened(seal, bytes, bits: 60) == nil && opened(seal, bytes, 1) == nil)
        #expect(opened(seal, bytes, 3) == nil && opened(seal, bytes, bits: 152) == nil)
        #expect(opened(seal, bytes, round: 8) == nil && opened(seal, bytes, round: 7, 0) == nil)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            #expect(opened(seal, changed) == nil)
        }
        #expect(opened(HandoverSeal(secret: secret, bits: 512, session: Bytes32(hashing: [1])), bytes) == nil)
        #expect(
            opened(HandoverSeal(secret: try LimbVector([12346], bits: 512), bits: 512, session: .zero), bytes) == nil)
    }

    @Test("Results fill a plaintext that stays below any modulus, under uniform bits", arguments: [20, 53, 72, 448])
    func packing(_ bits: Int) throws {
        var generator = SplitMix(3)
        let layout = try ResultPacking(bits: min(bits, 152), modulusBits: 512)
        let words = (0..<9).map { _ in
            ShareWord(low: generator.next(), middle: generator.next(), high: generator.next()).masked(layout.bits)
        }
        let count = layout.ciphertexts(words.count)
        func filled() -> LimbVector {
            var numbers = LimbVector(count: count, bits: 512)
            var packing = SlotPacking(bits: 512)
            for index in 0..<count {
                packing.reset()
                layout.fill(&packing, index, words, using: &generator)
                packing.write(to: &numbers, element: index, modulus: [])
            }
            return numbers
        }
        let (one, other) = (filled(), filled())
        #expect(layout.words(one, count: 9) == words && layout.words(other, count: 9) == words)
        for index in 0..<count {
            #expect(one.limb(index, 7) >> 63 == 0 && one[index] != other[index])
        }
        #expect(throws: TrainingError.keyTooSmall(bits: 128)) { try ResultPacking(bits: 72, modulusBits: 128) }
    }

    @Test("Jobs of more than two parties that ask for what they do not have are refused")
    func refused() throws {
        var plan = TrainingPlan(family: .logistic, keyBits: 512)
        plan.otherColumns = [1]
        try plan.validate()
        for change: (inout TrainingPlan) -> Void in [
            { $0.otherColumns = [0] }, { $0.otherColumns = Array(repeating: 1, count: 7) },
            { $0.l1 = 0.1 },
        ] {
            var other = plan
            change(&other)
            #expect(throws: TrainingError.self) { try other.validate() }
        }
    }
}
