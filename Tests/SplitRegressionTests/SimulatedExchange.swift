import TestSupport
import Testing

@testable import SplitRegression

/// Both parties in one process; what one receives of the other is what the real exchanges would leave it, without encryption.
actor Mailbox {
    private var items: [any Sendable] = []
    private var waiting: CheckedContinuation<any Sendable, Never>?
    func put(_ item: any Sendable) {
        if let w = waiting { waiting = nil; w.resume(returning: item) } else { items.append(item) }
    }
    func take() async -> any Sendable {
        if !items.isEmpty { return items.removeFirst() }
        return await withCheckedContinuation { waiting = $0 }
    }
}

final class SimulatedExchange: ShareExchange {
    let inbox: Mailbox, outbox: Mailbox
    var random: SplitMix
    var common: SplitMix
    var openedBits = 0
    init(inbox: Mailbox, outbox: Mailbox, seed: UInt64) {
        self.inbox = inbox; self.outbox = outbox
        random = SplitMix(seed); common = SplitMix(99)
    }
    func word() -> ShareWord { ShareWord(low: random.next(), middle: random.next(), high: random.next()) }
    func commonWords(count: Int) -> [ShareWord] {
        (0..<count).map { _ in ShareWord(low: common.next(), middle: common.next(), high: common.next()) }
    }
    private func receive<T: Sendable>(_: T.Type) async throws -> T { try #require(await inbox.take() as? T) }

    func ownRowProducts(_ vector: [ShareWord], rows: Int, entries: Int, turnBits: Int) async throws -> [ShareWord] {
        await outbox.put(vector)
        return try await receive([ShareWord].self)
    }
    func evaluateRowProducts(_ columns: [[Int64]], entries: Int, turnBits: Int) async throws -> [ShareWord] {
        let vector = try await receive([ShareWord].self)
        let n = columns[0].count
        var theirs: [ShareWord] = [], mine: [ShareWord] = []
        for row in 0..<n {
            var sum = ShareWord.zero
            for j in columns.indices { sum = sum &+ vector[j] &* columns[j][row] }
            let r = word().masked(turnBits)
            theirs.append((sum &+ r).masked(turnBits)); mine.append(-r)
        }
        await outbox.put(theirs)
        return mine
    }
    func ownKernel(_ layout: KernelLayout, rows: Int, vector: (Int) throws -> [Int64]) async throws -> [Int128] {
        await outbox.put(try (0..<rows).map { try vector($0) })
        return try await receive([Int128].self)
    }
    func evaluateKernel(_ layout: KernelLayout, rows: Int, scalars: (Int) -> [UInt32]) async throws -> [Int128] {
        let vectors = try await receive([[Int64]].self)
        var theirs: [Int128] = [], mine: [Int128] = []
        let mask = (Int128(1) << Int128(layout.slotBits)) - 1
        for row in 0..<rows {
            let s = scalars(row)
            var sum: Int128 = 0
            for k in s.indices { sum += Int128(vectors[row][k]) * Int128(s[k]) }
            let r = word().asInt128 & mask
            theirs.append((sum + r) & mask); mine.append(-r)
        }
        await outbox.put(theirs)
        return mine
    }
    func ownColumnSums(_ rows: [Int128], layout: ColumnSumLayout) async throws -> [ShareWord] {
        await outbox.put(rows)
        return try await receive([ShareWord].self)
    }
    func evaluateColumnSums(_ layout: ColumnSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]) async throws
        -> [ShareWord]
    {
        let values = try await receive([Int128].self)
        let columns = columns(0..<rows)
        var theirs: [ShareWord] = [], mine: [ShareWord] = []
        for c in columns {
            var sum = ShareWord.zero
            for i in 0..<rows { sum = sum &+ ShareWord(values[i]) &* c[i] }
            let r = word()
            theirs.append((sum &+ r).masked()); mine.append(-r)
        }
        await outbox.put(theirs)
        return mine
    }
    func ownPackedSums(_ layout: PackedSumLayout, rows: Int, values: (Range<Int>) -> [[ShareWord]]) async throws
        -> ShareMatrix
    {
        await outbox.put(values(0..<rows))
        return try await receive(ShareMatrix.self)
    }
    func evaluatePackedSums(_ layout: PackedSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]) async throws
        -> ShareMatrix
    {
        let values = try await receive([[ShareWord]].self)
        let columns = columns(0..<rows)
        var theirs = ShareMatrix(rows: layout.columns, columns: layout.values), mine = theirs
        for j in 0..<layout.columns {
            for k in 0..<layout.values {
                var sum = ShareWord.zero
                for i in 0..<rows { sum = sum &+ values[i][k] &* columns[j][i] }
                let r = word()
                theirs[j, k] = (sum &+ r).masked(); mine[j, k] = -r
            }
        }
        await outbox.put(theirs)
        return mine
    }
    func ownProduct(_ left: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix {
        await outbox.put(left)
        return try await receive(ShareMatrix.self)
    }
    func evaluateProduct(_ right: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix {
        let left = try await receive(ShareMatrix.self)
        let product = left &* right
        var theirs = product, mine = product
        for i in product.elements.indices {
            let r = word()
            theirs.elements[i] = (product.elements[i] &+ r).masked(); mine.elements[i] = -r
        }
        await outbox.put(theirs)
        return mine
    }
    func ownElementProducts(_ rows: [Int128], layout: ElementLayout) async throws -> [ShareWord] {
        await outbox.put(rows)
        return try await receive([ShareWord].self)
    }
    func evaluateElementProducts(_ rows: [Int128], layout: ElementLayout) async throws -> [ShareWord] {
        let theirs = try await receive([Int128].self)
        let bound = Int128(1) << Int128(layout.valueBits)
        #expect(zip(rows, theirs).allSatisfy { abs($0) < bound && abs($1) < bound })
        let mine = rows.map { _ in word() }
        await outbox.put(zip(zip(rows, theirs), mine).map { (ShareWord($0.0) &* ShareWord($0.1) &+ $1).masked() })
        return mine.map { -$0 }
    }
    func exchangeWindow(_ own: UInt64, bits: Int) async throws -> UInt64 {
        openedBits += bits
        await outbox.put(own)
        return try await receive(UInt64.self)
    }
    func checkpoint() async throws {}
    func exchangeResults(_ own: [ShareWord], bits: [Int], expecting: [Int]) async throws -> [ShareWord] {
        openedBits += bits.reduce(0, +)
        await outbox.put(own)
        return try await receive([ShareWord].self)
    }
}
