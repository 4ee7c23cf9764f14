import Paillier
import Records
import TestSupport
import Wire

@testable import SplitRegression

/// The helper's words under its key and the active party's sums of them, by the exchange that ships, with small keys.
struct WordExchange {
    let sums: RiskSums
    let words: [[ShareWord]]
    let layout: RiskSumLayout
    /// What the active party has: minus its masks.
    let active: ShareMatrix
    /// What the helper decrypts.
    let helper: ShareMatrix

    /// - Parameters:
    ///   - room: for events beyond those that there are.
    ///   - values: words a row.
    init(_ data: SimulatedFitTests.Case, room: Int = 0, values: Int, keyBits: Int) async throws {
        guard let sets = data.risk else { throw TrainingError.invalidPlan("no times") }
        let rows = data.label.count
        let places = sets.events + room
        var sums = RiskSums(sets, rates: Array(repeating: 1, count: rows), places: places, fractionBits: 46)
        sums.factors = .words
        var generator = SplitMix(3)
        let words = (0..<rows).map { _ in
            (0..<values).map { _ in
                ShareWord(low: generator.next(), middle: generator.next(), high: generator.next()).masked()
            }
        }
        let layout = try RiskSumLayout(
            .words, inputs: rows, outputs: places, values: values,
            termBits: ShareWord.modulusBits + TrainingFacts.riskScalarBits, modulusBits: keyBits)
        let limits = SessionLimits(wait: .seconds(300), handshake: .seconds(300), farewell: .milliseconds(500))
        let pair = try await Sides(job: Bytes32(hashing: [7]), protocols: [.training], limits: limits).opened()
        let terms = TrainingPlan(family: .cox, keyBits: keyBits).keyTerms(floor: keyBits)
        @Sendable func exchange(_ session: Session) async throws -> PaillierShareExchange {
            let keys = try await TrainingKeys.exchange(
                TrainingKeyPurpose.self, terms: terms, nonces: .short, session: session)
            return PaillierShareExchange(keys: keys, session: session, round: 0) { _ in }
        }
        let asked = sums
        async let one = exchange(pair.a).evaluateRiskSums(asked, layout: layout)
        async let other = exchange(pair.b).ownRiskSums(words, layout: layout)
        (active, helper) = try await (one, other)
        (self.sums, self.words, self.layout) = (sums, words, layout)
    }

    /// In clear: what the helper would decrypt if the active party put no masks on.
    var expected: ShareMatrix { sums.sums(of: words, layout: layout) }

    /// Whether both parties' numbers add up to the sums, but for a unit: slots below a number's may carry into it.
    var isExact: Bool {
        (active &+ helper &- expected).elements.allSatisfy { abs($0.masked().signed().asDouble) <= 1 }
    }

    /// The helper's reading of sums of numbers that it knows: whoever is at risk at the last event makes two of its sums have the ratio
    /// that two of its numbers have, whatever the event is multiplied with; and so on, a row more each time.
    func order(in sums: ShareMatrix) -> [Int] {
        var (first, second) = (ShareWord.zero, ShareWord.zero)
        var (found, left) = ([Int](), Array(words.indices))
        for event in 0..<sums.rows {
            let next = left.first { row in
                let (a, b) = (first &+ words[row][0], second &+ words[row][1])
                return (a &* sums[event, 1]).masked() == (b &* sums[event, 0]).masked()
            }
            guard let next else { return found }
            found.append(next)
            left.removeAll { $0 == next }
            (first, second) = (first &+ words[next][0], second &+ words[next][1])
        }
        return found
    }
}
