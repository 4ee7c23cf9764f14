import TestSupport
import Testing

@testable import SplitRegression

/// What holders see of further parties in proportional hazards (multiparty-training.md 6).
///
/// Of words nothing is tested here: H's inputs are uniform, and so are sums of them without any mask. `SeveralSurvivalAttackTests` reads
/// them otherwise.
@Suite("Views of hazards over several parties") struct SeveralSurvivalViewTests {
    private static let counts = [2, 1, 2, 1]

    private static func fit(_ weakness: Weakness = Weakness()) async throws -> SimulatedSeveral.Fit {
        let data = SurvivalFitTests.data(rows: 150, passive: 4)
        return try await SimulatedSeveral(data, counts: counts, weakness: weakness).fit(.cox, isRobust: true)
    }

    /// By kind: products with columns that a holder decrypts, and what the other holder's are handed over as.
    private static func samples(_ view: PartyView, columns: Int) -> [[Double]] {
        let handed = view.words(of: "handover").filter {
            $0.bits == ShareWord.modulusBits && $0.words.count == columns * 150
        }
        return [view.words(of: "scaled rows"), handed].map { kind in
            kind.flatMap { item in item.words.map { PartyView.fraction($0, bits: item.bits) } }
        }
    }

    @Test(
        "Rows times columns that a holder decrypts, and those that it is handed over, are uniform, each kind by itself")
    func kinds() async throws {
        for missing in [0, 8] {
            let fit = try await Self.fit(Weakness(missingBits: missing, kind: "scaled rows"))
            for holder in 0...1 {
                for other in 2...3 {
                    let view = try #require(fit.views[holder][other])
                    for sample in Self.samples(view, columns: Self.counts[other]) {
                        let distance = SimulatorTests.distance(sample)
                        #expect(missing == 0 ? distance < 2.5 : distance > 5, "\(holder) \(other) \(distance)")
                    }
                }
            }
        }
    }

    /// Products with weights, with rates, with residuals: with one mask for all of them differences would be products of known numbers.
    @Test("Two exchanges of a party's columns differ by uniform numbers, and two parties' do")
    func differences() async throws {
        for repeats in [false, true] {
            let fit = try await Self.fit(Weakness(repeatsMasks: repeats))
            for holder in 0...1 {
                let views = try (2...3).map { other in
                    try #require(fit.views[holder][other]).words(of: "scaled rows").map(\.words)
                }
                // A column's answers, exchange by exchange, and the first column's of both parties.
                let pairs =
                    views[0].indices.dropFirst(2).map { (views[0][$0], views[0][$0 - 2]) }
                    + views[1].indices.map { (views[1][$0], views[0][2 * $0]) }
                #expect(pairs.count >= 4)
                let sample = pairs.flatMap { one, other in
                    zip(one, other).map { PartyView.fraction($0 &- $1, bits: ShareWord.modulusBits) }
                }
                let distance = SimulatorTests.distance(sample)
                #expect(repeats ? distance > 5 : distance < 2.5, "\(holder) \(distance)")
            }
        }
    }

    @Test("A further party's messages tell neither the number of events nor how much room there is for them")
    func counts() async throws {
        // At both ends of its sessions with the holders; then at both ends of theirs.
        let ends = [(0, 2), (1, 2), (2, 0), (2, 1), (0, 1), (1, 0)]
        func counts(censoring: Double, room: Int) async throws -> [Set<String>] {
            var data = SurvivalFitTests.data(rows: 200, passive: 3, censoring: censoring)
            data.mostEvents = room
            #expect(Int(data.label.reduce(0, +)) < room)
            let fit = try await SimulatedSeveral(data, counts: [2, 1, 2]).fit(.cox, isRobust: true)
            return try ends.map { try #require(fit.views[$0][$1]).counts }
        }
        let many = try await counts(censoring: 0.2, room: 200)
        let few = try await counts(censoring: 0.6, room: 200)
        let tight = try await counts(censoring: 0.6, room: 120)
        for (end, (one, other, third)) in zip(ends, zip(many, zip(few, tight)).map { ($0, $1.0, $1.1) }) {
            #expect(!one.isEmpty && one == other, "\(end) \(one.symmetricDifference(other))")
            // Between A and H the room shows, which the job names.
            #expect((one == third) == (end.0 == 2 || end.1 == 2), "\(end) \(one.symmetricDifference(third))")
        }
    }
}
