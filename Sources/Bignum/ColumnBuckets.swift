/// The buckets of a ``ColumnProductAccumulator`` under one plan.
struct ColumnBuckets: Sendable {
    let modulus: Modulus
    let signed: Bool
    let columns: Int
    let streams: [BucketStream]
    /// First bucket of each stream.
    let first: [Int]
    var store: BucketStore
    /// Product of all rows, kept if some column of few values is never zero.
    var total: BigInt = 1
    let needsTotal: Bool
    /// Digits may be negative; patterns never are.
    let needsInverses: Bool

    init(_ profiles: [ColumnProfile], modulus: Modulus, expectedRows: Int, signed: Bool) {
        let plan = BucketPlan(
            profiles, signed: signed, expectedRows: expectedRows, bytesPerBucket: modulus.words * 8)
        var first: [Int] = []
        var buckets = 0
        for stream in plan.streams {
            first.append(buckets)
            buckets += stream.buckets(signed: signed)
        }
        streams = plan.streams
        columns = profiles.count
        self.first = first
        self.modulus = modulus
        self.signed = signed
        store = BucketStore(count: buckets, modulus: modulus)
        needsInverses =
            signed
            && plan.streams.contains {
                if case .digit = $0 { true } else { false }
            }
        needsTotal = plan.streams.contains {
            guard case .pattern(let members) = $0 else { return false }
            return members.contains { $0.values[0] != 0 }
        }
    }

    /// Adds a chunk, or nothing of it if some columns' scalars do not fit the plan: returns those columns.
    ///
    /// - Parameter residues: the rows, and after them their inverses if scalars are signed.
    mutating func add(_ rows: ResidueVector, residues: LimbBuffer, scalars: [[Int64]]) -> [Int] {
        let signed = signed
        let encoded = inParallelMap(streams) { $0.codes(scalars, signed: signed) }
        let misfits = Set(encoded.flatMap(\.misfits))
        if !misfits.isEmpty { return misfits.sorted() }
        if !isKnownUniquelyReferenced(&store) { store = BucketStore(copying: store) }
        if needsTotal { total = (total * rows.product()).mod(modulus.value) }
        let (store, first, rowCount, tiles) = (store, first, rows.count, tiles)
        inParallel(count: tiles.count, multiple: 1, minimumPart: 1) { part in
            for tile in tiles[part] {
                var codes = encoded[tile].flatMap(\.codes.codes)
                store.multiply(
                    codes: codes, first: first[tile].map { UInt64($0) }, rows: residues, rowCount: rowCount)
                codes.wipe()
            }
        }
        return []
    }

    /// Runs of streams whose buckets fit in the second-level cache together, as many as there are cores at least.
    private var tiles: [Range<Int>] {
        let limit = (1 << 19) / (modulus.words * 8)
        let share = max(1, streams.count / 2)
        var result: [Range<Int>] = []
        var start = 0
        for stream in streams.indices {
            let buckets = first[stream] - first[start] + streams[stream].buckets(signed: signed)
            if stream > start && (buckets > limit || stream - start >= share) {
                result.append(start..<stream)
                start = stream
            }
        }
        if start < streams.count { result.append(start..<streams.count) }
        return result
    }
}
