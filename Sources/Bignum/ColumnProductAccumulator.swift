/// A block of non-negative scalars, column-major.
public struct ScalarColumns: Sendable {
    public let rows: Int
    public let columns: [[UInt64]]

    /// - Precondition: every column has `rows` scalars.
    public init(rows: Int, columns: [[UInt64]]) {
        precondition(columns.allSatisfy { $0.count == rows }, "ragged columns")
        self.rows = rows
        self.columns = columns
    }
}

/// Column products `prod_i c_i ^ x_ij` over a stream of rows c_i, one a column j: every row is multiplied into the bucket
/// of each nonzero digit of its scalars, and the sums are read off the buckets at the end (Pippenger's method). Columns
/// of few values share digits: their joint pattern is one.
///
/// Variable time: addresses follow the scalars, which must be the caller's own or public.
public struct ColumnProductAccumulator: Sendable {
    public let modulus: Modulus
    public let signed: Bool
    public let profiles: [ColumnProfile]
    let streams: [BucketStream]
    /// First bucket of each stream.
    let first: [Int]
    var store: BucketStore
    /// Product of all rows, kept if some column's scalars are never zero.
    var total: BigInt = 1
    let needsTotal: Bool
    /// Digits may be negative; patterns never are.
    let needsInverses: Bool

    /// - Parameters:
    ///   - columnBits: bits of the largest magnitude in each column, at most 63 if signed.
    ///   - expectedRows: rows in all, for the cost model only.
    ///   - signed: whether scalars may be negative; then every row must be invertible.
    public init(columnBits: [Int], modulus: Modulus, expectedRows: Int, signed: Bool = false) {
        self.init(
            profiles: columnBits.map { .integers(bits: $0) }, modulus: modulus, expectedRows: expectedRows,
            signed: signed)
    }

    /// The same with what is known of each column: its distinct values if they are few.
    public init(profiles: [ColumnProfile], modulus: Modulus, expectedRows: Int, signed: Bool = true) {
        for case .integers(let bits) in profiles {
            precondition((0...(signed ? 63 : 64)).contains(bits), "scalars of at most 64 bits")
        }
        let plan = BucketPlan(
            profiles, signed: signed, expectedRows: expectedRows, bytesPerBucket: modulus.words * 8)
        var first: [Int] = []
        var buckets = 0
        for stream in plan.streams {
            first.append(buckets)
            buckets += stream.buckets(signed: signed)
        }
        streams = plan.streams
        self.first = first
        self.profiles = profiles
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

    /// Adds a chunk of rows with non-negative scalars below `2^columnBits[j]`, or among the column's values.
    public mutating func add(variableTime rows: ResidueVector, scalars: ScalarColumns) {
        precondition(!signed, "an accumulator of signed scalars takes signed columns")
        precondition(scalars.rows == rows.count && scalars.columns.count == profiles.count, "block has another shape")
        precondition(rows.modulus == modulus, "moduli differ")
        accumulate(rows, residues: rows.buffer) { stream, codes in stream.append(scalars.columns, to: &codes) }
    }

    /// Adds a chunk of rows with signed scalars of magnitude below `2^columnBits[j]`, or among the column's values; one
    /// column of scalars each.
    ///
    /// - Throws: ``BignumError/notInvertible(index:)`` for a row that shares a factor with the modulus.
    public mutating func add(variableTime rows: ResidueVector, signed scalars: [[Int64]]) throws(BignumError) {
        precondition(signed, "an accumulator of non-negative scalars")
        precondition(scalars.count == profiles.count && scalars.allSatisfy { $0.count == rows.count }, "another shape")
        precondition(rows.modulus == modulus, "moduli differ")
        var residues = rows
        if needsInverses {
            residues.append(contentsOf: try rows.inversesOfPublic())
        } else if let bad = rows.firstNonUnit() {
            throw .notInvertible(index: bad)
        }
        accumulate(rows, residues: residues.buffer) { stream, codes in stream.append(scalars, to: &codes) }
    }

    /// `residues` holds the rows, and after them their inverses if scalars are signed.
    private mutating func accumulate(
        _ rows: ResidueVector, residues: LimbBuffer, encode: @Sendable (BucketStream, inout [Int32]) -> Void
    ) {
        if !isKnownUniquelyReferenced(&store) { store = BucketStore(copying: store) }
        if needsTotal { total = (total * rows.product()).mod(modulus.value) }
        let (store, streams, first, rowCount, tiles) = (store, streams, first, rows.count, tiles)
        inParallel(count: tiles.count, multiple: 1, minimumPart: 1) { part in
            for tile in tiles[part] {
                var codes: [Int32] = []
                codes.reserveCapacity(tile.count * rowCount)
                for stream in tile { encode(streams[stream], &codes) }
                store.multiply(codes: codes, first: first[tile].map { UInt64($0) }, rows: residues, rowCount: rowCount)
            }
        }
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

extension BucketStream {
    /// Codes of signed scalars, one a row: the digit, negative for the inverse's bucket.
    func append(_ scalars: [[Int64]], to codes: inout [Int32]) {
        switch self {
        case .digit(let column, let position, let digits, let width):
            // Adding 2^(width - 1) to every digit makes them non-negative: no carries to follow. What is left of the
            // top one may be one too many.
            let half = Int128(1) << (width - 1)
            var offset: Int128 = 0
            for digit in 0..<digits { offset += half << (width * digit) }
            let mask = position == digits - 1 ? Int128(-1) : (1 << width) - 1
            for scalar in scalars[column] {
                let digit = ((Int128(scalar) + offset) >> (width * position) & mask) - half
                precondition(digit >= -half && digit <= half, "a scalar wider than the column's profile says")
                codes.append(Int32(digit))
            }
        case .pattern(let members):
            appendPattern(members, count: scalars[members[0].column].count, to: &codes) { scalars[$0][$1] }
        }
    }

    /// Codes of non-negative scalars.
    func append(_ scalars: [[UInt64]], to codes: inout [Int32]) {
        switch self {
        case .digit(let column, let position, let digits, let width):
            let mask = (UInt64(1) << UInt64(width)) - 1
            for scalar in scalars[column] {
                // A shift by 64 or more gives zero.
                precondition(scalar >> (width * digits) == 0, "a scalar wider than the column's profile says")
                codes.append(Int32(scalar >> (width * position) & mask))
            }
        case .pattern(let members):
            appendPattern(members, count: scalars[members[0].column].count, to: &codes) { Int64(scalars[$0][$1]) }
        }
    }

    @inline(__always)
    private func appendPattern(
        _ members: [PatternColumn], count: Int, to codes: inout [Int32], scalar: (Int, Int) -> Int64
    ) {
        let start = codes.count
        codes.append(contentsOf: repeatElement(0, count: count))
        var radix: Int32 = 1
        for member in members {
            for row in 0..<count {
                guard let code = member.codes[scalar(member.column, row)] else {
                    preconditionFailure("a scalar that the column's profile does not name")
                }
                codes[start + row] += code * radix
            }
            radix *= Int32(member.values.count)
        }
    }
}
