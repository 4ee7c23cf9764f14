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
        values = LimbBuffer(words: count * modulus.words, zeroed: false)
        unsafe full = .allocate(capacity: max(count, 1))
        unsafe full.initialize(repeating: 0, count: max(count, 1))
    }

    convenience init(copying other: BucketStore) {
        self.init(count: other.count, modulus: other.modulus)
        unsafe full.update(from: other.full, count: count)
        for bucket in 0..<count where isFull(bucket) {
            unsafe (values.pointer + bucket * modulus.words).update(
                from: other.values.pointer + bucket * modulus.words, count: modulus.words)
        }
    }

    deinit { unsafe full.deallocate() }

    /// Multiplies rows into buckets as their codes say (see `cm_buckets_add`): `codes` has a run of `rowCount` codes for
    /// each stream, `first` its first bucket. Calls at the same time must name different streams.
    func multiply(codes: [Int32], first: [UInt64], rows: LimbBuffer, rowCount: Int) {
        precondition(codes.count == first.count * rowCount, "a code for each stream and row")
        unsafe cm_buckets_add(
            modulus.context, values.pointer, full, rows.pointer, rowCount, codes, first, first.count)
    }

    func isFull(_ bucket: Int) -> Bool { unsafe full[bucket] != 0 }

    /// Buckets by index; one for those that are empty or not named.
    func residues(_ indices: [Int?]) -> ResidueVector {
        var result = ResidueVector(repeating: 1, count: indices.count, modulus: modulus)
        result.fill(from: values, indices.map { $0.flatMap { isFull($0) ? $0 : nil } })
        return result
    }
}
