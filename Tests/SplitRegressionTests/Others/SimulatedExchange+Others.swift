import TestSupport

@testable import SplitRegression

// What a holder and a further party exchange, without encryption.
extension SimulatedExchange: HolderExchange, OtherExchange {
    func ownScaledRows(_ rows: [Int128], layout: ScaledRowLayout) async throws -> [[ShareWord]] {
        await outbox.put(rows)
        let answer = try await receive([[ShareWord]].self)
        return answer.map { view.answered("scaled rows", $0) }
    }

    func evaluateScaledRows(
        _ layout: ScaledRowLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
    ) async throws -> [[ShareWord]] {
        let values = try await receive([Int128].self)
        view.received("scaled rows", values.count)
        let fresh = random
        if weakness.repeatsMasks { random = SplitMix(7) }
        let masks = (0..<layout.columns).map { _ in (0..<rows).map { _ in mask("scaled rows") } }
        if weakness.repeatsMasks { random = fresh }
        await outbox.put(
            zip(columns(0..<rows), masks).map { column, masks in
                (0..<rows).map { (ShareWord(values[$0]) &* column[$0] &+ masks[$0]).masked() }
            })
        return masks.map { $0.map { (-$0).masked() } }
    }

    func takeHandover(count: Int, bits: Int) async throws -> [ShareWord] {
        view.answered("handover", try await receive([ShareWord].self), bits: bits)
    }
    func announce(_ digit: UInt64, bits: Int) async throws {
        await outbox.put(digit & ((1 << UInt64(bits)) - 1))
    }
    func announce(_ numbers: [ShareWord], bits: [Int]) async throws { await outbox.put(numbers) }
    func takeBit() async throws -> Bool { try await receive(Bool.self) }
    func giveResults(_ shares: [ShareWord], bits: Int) async throws { await outbox.put(shares) }

    func splittingWords(count: Int) -> [ShareWord] { (0..<count).map { _ in mask("split") } }
    func handOver(_ words: [ShareWord], bits: Int) async throws {
        plain.handovers.append(.init(words: words.map { $0.masked(bits) }, bits: bits))
        await outbox.put(words.map { $0.masked(bits) })
    }
    func takeAnnounced(bits: Int) async throws -> UInt64 { try await receive(UInt64.self) }
    func takeAnnounced(bits: [Int]) async throws -> [ShareWord] { try await receive([ShareWord].self) }
    func giveBit(_ isSet: Bool) async throws { await outbox.put(isSet) }
    func takeResults(count: Int, bits: Int) async throws -> [ShareWord] {
        let words = try await receive([ShareWord].self)
        plain.results.append(.init(words: words, bits: bits))
        return words
    }
}
