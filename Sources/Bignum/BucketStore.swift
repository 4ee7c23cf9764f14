internal import CMontgomery

/// The buckets of a multi-exponentiation, residues addressed by index, each empty or holding a product.
@safe final class BucketStore: @unchecked Sendable {
    let modulus: Modulus
    let count: Int
    let values: LimbBuffer
    private let full: UnsafeMutablePointer<UInt8>

    init(count: Int, modulus: Modulus) {
        self.count = count
        self.modulus = modulus
        values = LimbBuffer(words: count * modulus.words)
        unsafe full = .allocate(capacity: max(count, 1))
        unsafe full.initialize(repeating: 0, count: max(count, 1))
    }

    convenience init(copying other: BucketStore) {
        self.init(count: other.count, modulus: other.modulus)
        unsafe values.pointer.update(from: other.values.pointer, count: count * modulus.words)
        unsafe full.update(from: other.full, count: count)
    }

    deinit { unsafe full.deallocate() }

    /// buckets[bucket[k]] *= rows[row[k]]. Calls at the same time must name different buckets.
    func multiply(bucket: [UInt32], row: [UInt32], rows: LimbBuffer) {
        precondition(bucket.count == row.count, "pairs")
        unsafe cm_buckets_add(modulus.context, values.pointer, full, rows.pointer, bucket, row, bucket.count)
    }

    func isFull(_ bucket: Int) -> Bool { unsafe full[bucket] != 0 }
}

/// Pairs of bucket and row on their way to the kernel, those of one row together, first the positive digits' ones.
struct BucketPairs {
    private var buckets: [UInt32] = []
    private var rows: [UInt32] = []
    private var inverted: [UInt32] = []
    private var current = 0
    var count: Int { buckets.count }

    @inline(__always)
    mutating func append(bucket: Int, row: Int, inverse: Bool) {
        current = row
        if inverse {
            inverted.append(UInt32(bucket))
        } else {
            buckets.append(UInt32(bucket))
            rows.append(UInt32(row))
        }
    }

    /// Inverses of rows stand `inverses` places behind them.
    mutating func endRow(inverses: Int) {
        if inverted.isEmpty { return }
        buckets.append(contentsOf: inverted)
        rows.append(contentsOf: repeatElement(UInt32(current + inverses), count: inverted.count))
        inverted.removeAll(keepingCapacity: true)
    }

    mutating func multiply(into store: BucketStore, rows residues: LimbBuffer) {
        store.multiply(bucket: buckets, row: rows, rows: residues)
        buckets.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
    }
}
