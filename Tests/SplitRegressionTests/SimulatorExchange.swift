import TestSupport

@testable import SplitRegression

/// The simulator of training.md 7: what stands for the other party, without its input. It knows what the functionality gives to this
/// party, which is the digits of opened numbers and this party's results, and nothing else.
final class SimulatorExchange: ViewedExchange {
    private var digits: [UInt64]
    private var results: [[ShareWord]]
    private var random: SplitMix
    private var common = SplitMix(99)
    private(set) var view = PartyView()
    var shares: LastProduct

    struct OutputsUsedUp: Error {}

    init(digits: [UInt64], results: [[ShareWord]], seed: UInt64, isActive: Bool) {
        self.digits = digits.reversed()
        self.results = results.reversed()
        random = SplitMix(seed)
        shares = LastProduct(isActive: isActive)
    }

    private func words(_ count: Int) -> [ShareWord] {
        (0..<count).map { _ in ShareWord(low: random.next(), middle: random.next(), high: random.next()) }
    }
    private func answer(_ name: String, _ count: Int, bits: Int = ShareWord.modulusBits) -> [ShareWord] {
        view.answered(name, words(count).map { $0.masked(bits) }, bits: bits)
    }
    /// An evaluator's own masks, whatever the ciphertexts hold.
    private func masks(_ name: String, _ ciphertexts: Int, _ count: Int) -> [ShareWord] {
        view.received(name, ciphertexts)
        return words(count).map { -$0 }
    }

    func commonWords(count: Int) -> [ShareWord] {
        let words = (0..<count).map { _ in
            ShareWord(low: common.next(), middle: common.next(), high: common.next())
        }
        shares.common = words
        return words
    }
    func ownRowProducts(_ vector: [ShareWord], rows: Int, entries: Int, turnBits: Int) async throws -> [ShareWord] {
        answer("row products", rows, bits: turnBits)
    }
    func evaluateRowProducts(_ columns: [[Int64]], entries: Int, turnBits: Int) async throws -> [ShareWord] {
        view.received("row products", columns.count)
        return words(columns[0].count).map { -$0.masked(turnBits) }
    }
    func ownKernel(_ layout: KernelLayout, rows: Int, vector: (Int) throws -> [Int64]) async throws -> [Int128] {
        for row in 0..<rows { _ = try vector(row) }
        return answer("kernel", rows, bits: layout.slotBits).map(\.asInt128)
    }
    func evaluateKernel(_ layout: KernelLayout, rows: Int, scalars: (Int) -> [UInt32]) async throws -> [Int128] {
        view.received("kernel", rows)
        return words(rows).map { -$0.masked(layout.slotBits).asInt128 }
    }
    func ownColumnSums(_ rows: [Int128], layout: ColumnSumLayout) async throws -> [ShareWord] {
        answer("column sums", layout.columns)
    }
    func evaluateColumnSums(_ layout: ColumnSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]) async throws
        -> [ShareWord]
    {
        masks("column sums", rows, columns(0..<rows).count)
    }
    func ownPackedSums(_ layout: PackedSumLayout, rows: Int, values: (Range<Int>) -> [[ShareWord]]) async throws
        -> ShareMatrix
    {
        ShareMatrix(
            rows: layout.columns, columns: layout.values,
            elements: answer("packed sums", layout.columns * layout.values))
    }
    func evaluatePackedSums(_ layout: PackedSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]) async throws
        -> ShareMatrix
    {
        ShareMatrix(
            rows: layout.columns, columns: layout.values,
            elements: masks("packed sums", rows, layout.columns * layout.values))
    }
    func ownProduct(_ left: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix {
        let result = ShareMatrix(
            rows: layout.rows, columns: layout.columns, elements: answer("products", layout.rows * layout.columns))
        shares.own(left, result)
        return result
    }
    func evaluateProduct(_ right: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix {
        let result = ShareMatrix(
            rows: layout.rows, columns: layout.columns,
            elements: masks("products", layout.rows * layout.inner, layout.rows * layout.columns))
        shares.evaluate(right, result)
        return result
    }
    func ownElementProducts(_ rows: [Int128], layout: ElementLayout) async throws -> [ShareWord] {
        answer("element products", rows.count / layout.terms)
    }
    func evaluateElementProducts(_ rows: [Int128], layout: ElementLayout) async throws -> [ShareWord] {
        masks("element products", rows.count, rows.count / layout.terms)
    }
    func ownRiskSums(_ inputs: [[ShareWord]], layout: RiskSumLayout) async throws -> ShareMatrix {
        ShareMatrix(
            rows: layout.outputs, columns: layout.values,
            elements: answer("risk sums", layout.outputs * layout.values))
    }
    func evaluateRiskSums(_ sums: RiskSums, layout: RiskSumLayout) async throws -> ShareMatrix {
        ShareMatrix(
            rows: layout.outputs, columns: layout.values,
            elements: masks(
                "risk sums", layout.inputs * layout.ciphertextsPerInput, layout.outputs * layout.values))
    }

    /// The digit minus the own window.
    func exchangeWindow(_ own: UInt64, bits: Int) async throws -> UInt64 {
        guard let digit = digits.popLast() else { throw OutputsUsedUp() }
        let peer = (digit &- own) & ((1 << UInt64(bits)) - 1)
        view.items.append(.window(own: own, peer: peer, bits: bits))
        return peer
    }
    /// The result minus the own share, cut as the other party cuts.
    func exchangeResults(_ own: [ShareWord], bits: [Int], expecting: [Int]) async throws -> [ShareWord] {
        guard let whole = results.popLast() else { throw OutputsUsedUp() }
        let peer = shares.peer(whole, bits: expecting)
        view.items.append(.results(peer, sent: own, bits: expecting, whole: shares.whole(peer, bits: expecting)))
        return peer
    }
    func checkpoint() async throws { view.items.append(.checkpoint) }

    /// Whether all that the functionality gives was taken.
    var isUsedUp: Bool { digits.isEmpty && results.isEmpty }
}
