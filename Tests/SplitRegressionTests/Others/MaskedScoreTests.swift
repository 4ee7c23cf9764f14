import Crypto
import Foundation
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// Scores of new rows of several parties (multiparty-training.md 9): what the active party's logs hold of each other one's part.
@Suite("Masked scores", .serialized) struct MaskedScoreTests {
    private static let names = ["hospital", "lab", "registry"]

    /// What each passive party shares with the others, by number.
    private static func pairs(_ parties: Int, seed: UInt64) throws -> [Int: [Int: PairSecret]] {
        var random = SplitMix(seed)
        var pairs: [Int: [Int: PairSecret]] = [:]
        for first in 1...parties {
            for second in first + 1..<max(parties + 1, first + 1) {
                let secret = PairSecret(key: SymmetricKey(data: random.bytes32()))
                pairs[first, default: [:]][second] = secret
                pairs[second, default: [:]][first] = secret
            }
        }
        return pairs
    }

    /// What the active party comes to, and the payloads in its log from each passive one.
    ///
    /// - Parameter pairs: nil for the weaker protocol, in which each sends its part as it is.
    private static func scored(
        _ parts: [[Int64]], own: [Int64], _ pairs: [Int: [Int: PairSecret]]?
    ) async throws -> (scores: [Double], payloads: [Int: [[UInt8]]]) {
        let part = pairs == nil ? ProtocolDescription.prediction : .maskedPrediction
        let sessions = try await SiteSessions.open(
            names, roles: ("active", "passive"), protocols: [.training],
            plan: { one, other in
                one == names[0]
                    ? ProtocolPlan([.init(part, parties: ["active": one, "passive": other])]) : ProtocolPlan([])
            },
            inspectors: { _ in [ScoreInspector(areRevealed: true, areMasked: pairs != nil)] })
        let scores = try await withThrowingTaskGroup(of: [Double]?.self, returning: [Double].self) { group in
            for (place, part) in parts.enumerated() {
                let session = try #require(sessions.all[place + 1][0])
                group.addTask {
                    if let pairs {
                        try await MaskedScoreExchange.send(
                            part, masks: ScoreMasks(own: place + 1, pairs: pairs[place + 1] ?? [:]),
                            ofPassive: parts.count, over: session)
                    } else {
                        try await session.send(ScoreChunk(part), round: 1)
                    }
                    return nil
                }
            }
            let own0 = sessions.all[0].sorted { $0.key < $1.key }.map(\.value)
            group.addTask {
                if pairs != nil { return try await MaskedScoreExchange.receive(adding: own, over: own0) }
                var sums = own
                for session in own0 {
                    let part = try await session.receive(ScoreChunk.self, round: 1).scores
                    sums = zip(sums, part).map(+)
                }
                return sums.map { Double($0) * 0x1p-32 }
            }
            var found: [Double] = []
            for try await scores in group { if let scores { found = scores } }
            return found
        }
        let payloads = try sessions.recorders[0].mapValues { recorder in
            try recorder.entries(of: .incoming).compactMap { entry in
                let type = try Record(encoded: entry.record).type
                return [.scoreChunk, .maskedScores].contains(type) ? entry.payload : nil
            }
        }
        return (scores, payloads)
    }

    /// The attack: the words of a payload, read as scores.
    private static func read(_ payloads: [[UInt8]]?) throws -> [Int64] {
        try #require(payloads).flatMap { try ScoreChunk(payload: $0).scores }
    }

    private static func correlation(_ a: [Int64], _ b: [Int64]) -> Double {
        let (x, y) = (a.map(Double.init), b.map(Double.init))
        let (mx, my) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
        let product = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
        func norm(_ z: [Double], _ m: Double) -> Double { z.reduce(0) { $0 + ($1 - m) * ($1 - m) }.squareRoot() }
        return product / (norm(x, mx) * norm(y, my))
    }

    private static func parts(_ parties: Int, rows: Int, seed: UInt64) -> [[Int64]] {
        var random = SplitMix(seed)
        // Predictors of a few units at scale 2^-32.
        return (0..<parties).map { _ in (0..<rows).map { _ in Int64(random.uniform(-4...4) * 0x1p32) } }
    }

    @Test("In clear its logs hold each party's part row by row; under masks they hold the sum, in no word a part")
    func whatTheActivePartyHolds() async throws {
        let rows = 600
        let (parts, own) = (Self.parts(2, rows: rows, seed: 5), Self.parts(1, rows: rows, seed: 6)[0])
        let weak = try await Self.scored(parts, own: own, nil)
        for (place, part) in parts.enumerated() { #expect(try Self.read(weak.payloads[place + 1]) == part) }

        let masked = try await Self.scored(parts, own: own, Self.pairs(2, seed: 7))
        let again = try await Self.scored(parts, own: own, Self.pairs(2, seed: 8))
        let expected = own.indices.map { Double(own[$0] + parts[0][$0] + parts[1][$0]) * 0x1p-32 }
        #expect(weak.scores == expected && masked.scores == expected && again.scores == expected)
        for (place, part) in parts.enumerated() {
            let words = try Self.read(masked.payloads[place + 1])
            let others = try Self.read(again.payloads[place + 1])
            #expect(zip(words, part).allSatisfy { $0 != $1 } && zip(words, others).allSatisfy { $0 != $1 })
            // 5 standard deviations of noise.
            #expect(abs(Self.correlation(words, part)) < 0.2 && abs(Self.correlation(words, others)) < 0.2)
            // What is left between two runs of the same rows is masks too.
            let left = zip(words, others).map { $0 &- $1 }
            #expect(abs(Self.correlation(left, part)) < 0.2)
        }
    }

    @Test("The active party with one of three others has the sum of the other two, and of neither its part")
    func aCoalitionHasTheSumOfTheRest() throws {
        let (rows, parts) = (600, Self.parts(3, rows: 600, seed: 9))
        let pairs = try Self.pairs(3, seed: 10)
        // What the third one's secrets take off the first two parties' words.
        let left = (1...2).map { party -> [Int64] in
            let words = ScoreMasks(own: party, pairs: pairs[party] ?? [:]).words(0..<rows)
            let known = ScoreMasks(own: party, pairs: (pairs[party] ?? [:]).filter { $0.key == 3 }).words(0..<rows)
            let masks: [UInt64] = zip(words, known).map { $0 &- $1 }
            return zip(parts[party - 1], masks).map { (part: Int64, mask: UInt64) -> Int64 in
                part &+ Int64(bitPattern: mask)
            }
        }
        let sums: [Int64] = zip(left[0], left[1]).map { $0 &+ $1 }
        let expected: [Int64] = zip(parts[0], parts[1]).map { $0 + $1 }
        #expect(sums == expected)
        for place in 0..<2 { #expect(abs(Self.correlation(left[place], parts[place])) < 0.2) }
    }

    @Test("Nothing is sent that shows columns, that has no room, or that nothing hides")
    func refusals() async throws {
        func refusal(_ body: () throws -> Void) -> TrainingError? {
            do { try body() } catch { return error as? TrainingError }
            return nil
        }
        let scaling = Scaling(mean: 0, sd: 1)
        let model = try PartialModel(
            family: "linear", role: "passive", columns: [], terms: ["a", "b"], estimates: [1, 0],
            scalings: [scaling, scaling], constant: nil)
        let limit = MaskedScoreExchange.largestPart
        #expect(refusal { try MaskedScoreExchange.check([limit, -limit], model: model, minimumColumns: 1) } == nil)
        #expect(
            refusal { try MaskedScoreExchange.check([1], model: model, minimumColumns: 2) }
                == .scoresRefused(columns: 1, minimum: 2))
        for part in [limit + 1, -limit - 1, .min] {
            #expect(
                refusal { try MaskedScoreExchange.check([part], model: model, minimumColumns: 1) }
                    == .coefficientOutOfRange)
        }
        let alone = await result { try await Self.scored([[1], [2]], own: [3], [1: [:], 2: [:]]) }
        #expect(throws: TrainingError.invalidPlan("scores are hidden with every other passive party, or not sent")) {
            try alone.get()
        }
    }

    private struct Vectors: Decodable {
        struct Prediction: Decodable {
            struct Pair: Decodable {
                let first: Int
                let second: Int
                let secret: String

                init(from decoder: any Swift.Decoder) throws {
                    var list = try decoder.unkeyedContainer()
                    first = try list.decode(Int.self)
                    second = try list.decode(Int.self)
                    secret = try list.decode(String.self)
                }
            }

            let firstRow: Int
            let pairs: [Pair]
            let parts: [[Int64]]
            let sums: [Int64]
            let payloads: [String]
        }

        let predictions: [Prediction]
    }

    @Test("Words are those of an independent program")
    func vectors() throws {
        let vectors = try Repository.vectors("multiparty-training", as: Vectors.self).predictions
        #expect(vectors.map(\.parts.count) == [2, 3, 7])
        for vector in vectors {
            let rows = vector.firstRow..<vector.firstRow + vector.sums.count
            var sums = [UInt64](repeating: 0, count: rows.count)
            for (place, part) in vector.parts.enumerated() {
                let secrets = try vector.pairs.filter { [$0.first, $0.second].contains(place + 1) }.map { pair in
                    let key = SymmetricKey(data: try #require(Hex.decode(pair.secret)))
                    return (pair.first + pair.second - place - 1, PairSecret(key: key))
                }
                let masks = ScoreMasks(own: place + 1, pairs: Dictionary(uniqueKeysWithValues: secrets)).words(rows)
                let words = zip(part, masks).map { UInt64(bitPattern: $0) &+ $1 }
                #expect(try MaskedScoreChunk(words).encoded() == Hex.decode(vector.payloads[place]))
                sums = zip(sums, words).map { $0 &+ $1 }
            }
            #expect(sums.map { Int64(bitPattern: $0) } == vector.sums)
        }
    }
}
