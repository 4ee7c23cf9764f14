import Bignum
import Paillier
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// The same as ``SimulatorTests`` with keys and messages as they are: what the active party receives in a small job, against a list made
/// from public facts and opened digits alone, and what it decrypts.
@Suite("The simulator, real messages") struct RealViewTests {
    /// What anybody on the line, or the party itself, sees of a message before it decrypts.
    struct Shape: Hashable, CustomStringConvertible {
        let type: MessageType
        let round: UInt32
        let chunk: UInt32
        let chunks: UInt32
        let bytes: Int

        var description: String { "\(type) round \(round) chunk \(chunk)/\(chunks), \(bytes) bytes" }
    }

    /// A job, and what its active party kept of it.
    private struct Run {
        let plan: TrainingPlan
        let rows: Int
        let pair: SessionPair

        init(_ family: ModelFamily, covariance: Covariance, seed: UInt64) async throws {
            let table = MadeTable.sample(family, rows: 40, active: 1, passive: 2, seed: seed)
            var made = TrainingPlan(family: family, maximumPasses: 20, keyBits: 512)
            (made.activeColumns, made.passiveColumns, made.covariance) = (2, 2, covariance)
            let plan = made
            let bits = family.featureFractionBits
            let (inputA, inputB) = (
                try table.input(\.active, fractionBits: bits), try table.input(\.passive, fractionBits: bits)
            )
            let pair = try await SessionPair.open(family: family)
            async let a = pair.active.run {
                try await Training.active(
                    inputA, label: table.label, testLabel: [], plan: plan, keyFloor: 512, over: $0
                ) { _ in }
            }
            async let b = pair.passive.run {
                try await Training.passive(inputB, plan: plan, keyFloor: 512, over: $0) { _ in }
            }
            _ = try await (a, b)
            (self.plan, self.pair, rows) = (plan, pair, 40)
        }

        func messages(_ way: Direction) throws -> [(record: Record, payload: [UInt8])] {
            try pair.activeLog.entries(of: way).map { (try Record(encoded: $0.record), $0.payload) }
        }

        func shapes(_ way: Direction) throws -> [Shape] {
            try messages(way).filter { $0.record.type.rawValue >= 0x0210 && $0.record.type.rawValue < 0x0230 }.map {
                Shape(
                    type: $0.record.type, round: $0.record.round, chunk: $0.record.chunk.index,
                    chunks: $0.record.chunk.count, bytes: $0.payload.count)
            }
        }

        /// Sums of both parties' windows.
        func digits() throws -> [(UInt64, bits: Int)] {
            func windows(_ way: Direction) throws -> [WindowShare] {
                try messages(way).filter { $0.record.type == .windowShare }.map {
                    try WindowShare(payload: $0.payload)
                }
            }
            return zip(try windows(.incoming), try windows(.outgoing)).map {
                (($0.value &+ $1.value) & ((1 << UInt64($0.bits)) - 1), $0.bits)
            }
        }

        func announcement() throws -> Announcement {
            let own = try #require(try messages(.outgoing).first { $0.record.type == .trainingBounds })
            return try TrainingBounds(payload: own.payload).announcement
        }

        /// The active party's training key, which its seed gives.
        func key() throws -> PrivateKey {
            let incoming = try messages(.incoming)
            let ring = try #require(incoming.firstIndex { $0.record.type == .trainingRing })
            let head = TreeHead(
                size: UInt64(ring + 1), root: try #require(pair.activeLog.root(of: .incoming, at: UInt64(ring + 1))))
            var generator = pair.active.randomness("training/key", after: head)
            return try PrivateKey.generateUnchecked(bits: 512, using: &generator)
        }

        /// Plaintexts under that key, as fractions of the modulus.
        func decrypted(_ way: Direction, _ types: Set<MessageType>) throws -> [Double] {
            let key = try key()
            let width = CiphertextVector.serializedWidth(of: key.publicKey)
            let modulus = Double(key.publicKey.n.limb(7))
            return try messages(way).filter { types.contains($0.record.type) }.flatMap { message -> [Double] in
                let bytes = try Payload<RowSharesKind>(payload: message.payload).bytes
                let opened = key.decrypt(
                    try CiphertextVector(serialized: bytes, count: bytes.count / width, key: key.publicKey))
                return (0..<opened.count).map { Double(opened.digit($0, at: 448, width: 64)) / modulus }
            }
        }
    }

    /// The simulated view's messages: from the plan, the active party's own bounds and the digits that the functionality gives.
    private func simulated(_ run: Run, digits: [UInt64]) throws -> [Shape] {
        let facts = run.plan.facts(rows: run.rows, heldOut: 0, try run.announcement())
        let program = TrainingProgram(facts)
        // A ciphertext is a number below N^2.
        let width = 2 * run.plan.keyBits / 8
        var shapes: [Shape] = []
        var (round, taken) = (UInt32(0), 0)
        func add(_ type: MessageType, bytes: Int, chunk: Int = 0, of chunks: Int = 1) {
            shapes.append(
                Shape(type: type, round: round, chunk: UInt32(chunk), chunks: UInt32(chunks), bytes: bytes))
        }
        func window(_ bits: Int) -> UInt64 {
            round += 1
            add(.windowShare, bytes: 12)
            defer { taken += 1 }
            return taken < digits.count ? digits[taken] : 0
        }
        var opened: [Double] = []
        var done = 0
        while true {
            let next = program.continuation(after: opened)
            for step in next.steps[done...] {
                for exchange in try facts.exchanges(of: step) {
                    switch exchange {
                    case .shape(let shape, let owner, let request, let reply):
                        round += 1
                        let (type, sizes) =
                            owner == .passive
                            ? (request, shape.request(width: width)) : (reply, shape.reply(width: width))
                        for chunk in 0..<sizes.count {
                            add(type, bytes: 4 + sizes[chunk] * width, chunk: chunk, of: sizes.count)
                        }
                    case .results(let active, _):
                        round += 1
                        add(.resultShares, bytes: 4 + active.reduce(0) { $0 + ($1 + 7) / 8 })
                    case .checkpoint: break
                    }
                }
                if step.opensBits {
                    // Bits of each party stand where their sum would: of these the peer's own is part of the output.
                    opened.append(Double(window(1)))
                } else if var opening = facts.opening(of: step) {
                    var number: Double?
                    while number == nil { number = opening.take(window(opening.bits), 0) }
                    opened.append(number ?? 0)
                }
            }
            done = next.steps.count
            if next.end != nil { return shapes }
        }
    }

    @Test(
        "Kinds, order, rounds and sizes of what it receives follow from facts and opened digits",
        arguments: [ModelFamily.linear, .logistic], [Covariance.classical, .hc1])
    func messages(_ family: ModelFamily, _ covariance: Covariance) async throws {
        let run = try await Run(family, covariance: covariance, seed: 8)
        let digits = try run.digits()
        let received = try run.shapes(.incoming)
        #expect(try simulated(run, digits: digits.map(\.0)) == received)
        // The comparison can fail: after another first trace, that of collinear columns, other messages follow.
        var others = digits.map(\.0)
        let first = try #require(digits.firstIndex { $0.bits == 12 })
        others[first] = 400
        #expect(try simulated(run, digits: others) != received)
    }

    @Test(
        "What it decrypts of answers is uniform below the modulus; what it encrypts is not",
        arguments: [ModelFamily.linear, .logistic])
    func plaintexts(_ family: ModelFamily) async throws {
        let run = try await Run(family, covariance: .hc0, seed: 9)
        let answers: Set<MessageType> = [
            .predictorSums, .kernelResults, .columnSums, .crossSums, .matrixProducts, .elementProducts,
        ]
        let seen = try run.decrypted(.incoming, answers)
        #expect(seen.count > 150 && SimulatorTests.distance(seen) < 2.5, "\(SimulatorTests.distance(seen))")
        // Its own messages have room at the top for the masks: the same measure shows that.
        let own: Set<MessageType> = [
            .predictorShares, .kernelVectors, .rowShares, .rowVectors, .matrixShares, .elementShares,
        ]
        let sent = try run.decrypted(.outgoing, own)
        #expect(sent.count > 150 && SimulatorTests.distance(sent) > 5)
    }
}
