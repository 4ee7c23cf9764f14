import TestSupport
import Testing

@testable import SplitRegression

/// The other party of a simulated fit ended with an error: there is nothing more to wait for.
struct OtherPartyEnded: Error {}

/// Both parties in one process; what one receives of the other is what the real exchanges would leave it, without encryption.
actor Mailbox {
    private var items: [any Sendable] = []
    private var waiting: CheckedContinuation<(any Sendable)?, Never>?
    private var isClosed = false

    func put(_ item: any Sendable) {
        if let w = waiting { waiting = nil; w.resume(returning: item) } else { items.append(item) }
    }

    /// Whoever waits, now or later, gets an error once what was put here before is taken.
    func close() {
        isClosed = true
        waiting?.resume(returning: nil)
        waiting = nil
    }

    func take() async throws -> any Sendable {
        if !items.isEmpty { return items.removeFirst() }
        let item = isClosed ? nil : await withCheckedContinuation { waiting = $0 }
        guard let item else { throw OtherPartyEnded() }
        return item
    }
}

/// What a weaker protocol would do.
struct Weakness: Sendable {
    /// So many bits of what an evaluator adds are missing.
    var missingBits = 0
    /// In exchanges of this kind alone; nil for all.
    var kind: String?
    /// Whether masks of scaled rows serve in every exchange of them.
    var repeatsMasks = false
}

final class SimulatedExchange: ViewedExchange {
    let inbox: Mailbox, outbox: Mailbox
    var random: SplitMix
    var common: SplitMix
    var view = PartyView()
    /// What a log would hold of a further party's numbers if nothing were sealed.
    var plain = PlainLog()
    var shares: LastProduct
    /// In a test of tests alone.
    let weakness: Weakness

    init(inbox: Mailbox, outbox: Mailbox, seed: UInt64, isActive: Bool, weakness: Weakness = Weakness()) {
        self.inbox = inbox; self.outbox = outbox
        random = SplitMix(seed); common = SplitMix(99)
        shares = LastProduct(isActive: isActive)
        self.weakness = weakness
    }
    func word() -> ShareWord { ShareWord(low: random.next(), middle: random.next(), high: random.next()) }
    func mask(_ kind: String, _ bits: Int = ShareWord.modulusBits) -> ShareWord {
        word().masked(bits - (weakness.kind.map { $0 == kind } ?? true ? weakness.missingBits : 0))
    }
    func commonWords(count: Int) -> [ShareWord] {
        let words = (0..<count).map { _ in
            ShareWord(low: common.next(), middle: common.next(), high: common.next())
        }
        shares.common = words
        return words
    }
    func receive<T: Sendable>(_: T.Type) async throws -> T { try #require(try await inbox.take() as? T) }

    func ownRowProducts(_ vector: [ShareWord], rows: Int, entries: Int, turnBits: Int) async throws -> [ShareWord] {
        await outbox.put(vector)
        return view.answered("row products", try await receive([ShareWord].self), bits: turnBits)
    }
    func evaluateRowProducts(_ columns: [[Int64]], entries: Int, turnBits: Int) async throws -> [ShareWord] {
        let vector = try await receive([ShareWord].self)
        view.received("row products", vector.count)
        let n = columns[0].count
        var theirs: [ShareWord] = [], mine: [ShareWord] = []
        for row in 0..<n {
            var sum = ShareWord.zero
            for j in columns.indices { sum = sum &+ vector[j] &* columns[j][row] }
            let r = mask("row products", turnBits)
            theirs.append((sum &+ r).masked(turnBits)); mine.append(-r)
        }
        await outbox.put(theirs)
        return mine
    }
    func ownKernel(_ layout: KernelLayout, rows: Int, vector: (Int) throws -> [Int64]) async throws -> [Int128] {
        await outbox.put(try (0..<rows).map { try vector($0) })
        return view.answered("kernel", try await receive([Int128].self), bits: layout.slotBits)
    }
    func evaluateKernel(_ layout: KernelLayout, rows: Int, scalars: (Int) -> [UInt32]) async throws -> [Int128] {
        let vectors = try await receive([[Int64]].self)
        view.received("kernel", vectors.count)
        var theirs: [Int128] = [], mine: [Int128] = []
        let slot = (Int128(1) << Int128(layout.slotBits)) - 1
        for row in 0..<rows {
            let s = scalars(row)
            var sum: Int128 = 0
            for k in s.indices { sum += Int128(vectors[row][k]) * Int128(s[k]) }
            let r = mask("kernel", layout.slotBits).asInt128
            theirs.append((sum + r) & slot); mine.append(-r)
        }
        await outbox.put(theirs)
        return mine
    }
    func ownColumnSums(_ rows: [Int128], layout: ColumnSumLayout) async throws -> [ShareWord] {
        await outbox.put(rows)
        return view.answered("column sums", try await receive([ShareWord].self))
    }
    func evaluateColumnSums(_ layout: ColumnSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]) async throws
        -> [ShareWord]
    {
        let values = try await receive([Int128].self)
        view.received("column sums", values.count)
        let columns = columns(0..<rows)
        var theirs: [ShareWord] = [], mine: [ShareWord] = []
        for c in columns {
            var sum = ShareWord.zero
            for i in 0..<rows { sum = sum &+ ShareWord(values[i]) &* c[i] }
            let r = mask("column sums")
            theirs.append((sum &+ r).masked()); mine.append(-r)
        }
        await outbox.put(theirs)
        return mine
    }
    func ownPackedSums(_ layout: PackedSumLayout, rows: Int, values: (Range<Int>) -> [[ShareWord]]) async throws
        -> ShareMatrix
    {
        await outbox.put(values(0..<rows))
        return view.answered("packed sums", try await receive(ShareMatrix.self))
    }
    func evaluatePackedSums(_ layout: PackedSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]) async throws
        -> ShareMatrix
    {
        let values = try await receive([[ShareWord]].self)
        view.received("packed sums", values.count)
        let columns = columns(0..<rows)
        var theirs = ShareMatrix(rows: layout.columns, columns: layout.values), mine = theirs
        for j in 0..<layout.columns {
            for k in 0..<layout.values {
                var sum = ShareWord.zero
                for i in 0..<rows { sum = sum &+ values[i][k] &* columns[j][i] }
                let r = mask("packed sums")
                theirs[j, k] = (sum &+ r).masked(); mine[j, k] = -r
            }
        }
        await outbox.put(theirs)
        return mine
    }
    func ownProduct(_ left: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix {
        await outbox.put(left)
        let answer = view.answered("products", try await receive(ShareMatrix.self))
        shares.own(left, answer)
        return answer
    }
    func evaluateProduct(_ right: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix {
        let left = try await receive(ShareMatrix.self)
        view.received("products", left.elements.count)
        let product = left &* right
        var theirs = product, mine = product
        for i in product.elements.indices {
            let r = mask("products")
            theirs.elements[i] = (product.elements[i] &+ r).masked(); mine.elements[i] = -r
        }
        await outbox.put(theirs)
        shares.evaluate(right, mine)
        return mine
    }
    func ownElementProducts(_ rows: [Int128], layout: ElementLayout) async throws -> [ShareWord] {
        await outbox.put(rows)
        return view.answered("element products", try await receive([ShareWord].self))
    }
    func evaluateElementProducts(_ rows: [Int128], layout: ElementLayout) async throws -> [ShareWord] {
        let theirs = try await receive([Int128].self)
        view.received("element products", theirs.count)
        let bound = Int128(1) << Int128(layout.valueBits)
        #expect(zip(rows, theirs).allSatisfy { abs($0) < bound && abs($1) < bound })
        let mine = (0..<rows.count / layout.terms).map { _ in mask("element products") }
        await outbox.put(
            mine.enumerated().map { row, mask in
                (row * layout.terms..<(row + 1) * layout.terms).reduce(mask) {
                    $0 &+ ShareWord(rows[$1]) &* ShareWord(theirs[$1])
                }.masked()
            })
        return mine.map { -$0 }
    }
    func ownRiskSums(_ inputs: [[ShareWord]], layout: RiskSumLayout) async throws -> ShareMatrix {
        await outbox.put(inputs)
        return view.answered("risk sums", try await receive(ShareMatrix.self))
    }
    func evaluateRiskSums(_ sums: RiskSums, layout: RiskSumLayout) async throws -> ShareMatrix {
        let inputs = try await receive([[ShareWord]].self)
        view.received("risk sums", layout.inputs * layout.ciphertextsPerInput)
        #expect(inputs.count == layout.inputs)
        let whole = sums.sums(of: inputs, layout: layout)
        var theirs = whole, mine = whole
        for i in whole.elements.indices {
            let r = mask("risk sums")
            theirs.elements[i] = (whole.elements[i] &+ r).masked(); mine.elements[i] = -r
        }
        await outbox.put(theirs)
        return mine
    }
    func exchangeWindow(_ own: UInt64, bits: Int) async throws -> UInt64 {
        await outbox.put(own)
        let peer = try await receive(UInt64.self)
        view.items.append(.window(own: own, peer: peer, bits: bits))
        return peer
    }
    func checkpoint() async throws { view.items.append(.checkpoint) }
    func exchangeResults(_ own: [ShareWord], bits: [Int], expecting: [Int]) async throws -> [ShareWord] {
        await outbox.put(own)
        let peer = try await receive([ShareWord].self)
        view.items.append(.results(peer, sent: own, bits: expecting, whole: shares.whole(peer, bits: expecting)))
        return peer
    }
}
