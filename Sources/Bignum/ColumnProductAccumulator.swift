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
/// of each nonzero digit of its scalars, and the sums are read off the buckets at the end (Pippenger's method).
///
/// Variable time: addresses follow the scalars, which must be the caller's own or public.
public struct ColumnProductAccumulator: Sendable {
    public let modulus: Modulus
    public let signed: Bool
    private let columns: [ColumnDigits]
    private let columnBits: [Int]
    private var store: BucketStore

    /// - Parameters:
    ///   - columnBits: bits of the largest magnitude in each column.
    ///   - expectedRows: rows in all, for the cost model only.
    ///   - signed: whether scalars may be negative; then every row must be invertible.
    public init(columnBits: [Int], modulus: Modulus, expectedRows: Int, signed: Bool = false) {
        var columns: [ColumnDigits] = []
        var buckets = 0
        for bits in columnBits {
            precondition((0...64).contains(bits), "scalars of at most 64 bits")
            let digits = ColumnDigits(
                bits: bits, signed: signed, expectedRows: expectedRows, largest: 12, firstBucket: buckets)
            columns.append(digits)
            buckets += digits.buckets
        }
        self.columns = columns
        self.columnBits = columnBits
        self.modulus = modulus
        self.signed = signed
        store = BucketStore(count: buckets, modulus: modulus)
    }

    /// Adds a chunk of rows with non-negative scalars below `2^columnBits[j]`.
    public mutating func add(variableTime rows: ResidueVector, scalars: ScalarColumns) {
        precondition(scalars.rows == rows.count && scalars.columns.count == columns.count, "block has another shape")
        precondition(rows.modulus == modulus, "moduli differ")
        if signed {
            preconditionFailure("an accumulator of signed scalars takes signed columns")
        }
        accumulate(rows.buffer, count: rows.count) { column, row in (scalars.columns[column][row], false) }
    }

    /// Adds a chunk of rows with signed scalars of magnitude below `2^columnBits[j]`; one column of scalars each.
    ///
    /// - Throws: ``BignumError/notInvertible(index:)`` for a row that shares a factor with the modulus.
    public mutating func add(variableTime rows: ResidueVector, signed scalars: [[Int64]]) throws(BignumError) {
        precondition(signed, "an accumulator of non-negative scalars")
        precondition(scalars.count == columns.count && scalars.allSatisfy { $0.count == rows.count }, "another shape")
        precondition(rows.modulus == modulus, "moduli differ")
        var both = rows
        both.append(contentsOf: try rows.inversesOfPublic())
        accumulate(both.buffer, count: rows.count) { column, row in
            let value = scalars[column][row]
            return (value.magnitude, value < 0)
        }
    }

    /// `rows` holds the residues, and after them their inverses if scalars are signed.
    @inline(__always)
    private mutating func accumulate(
        _ rows: LimbBuffer, count rowCount: Int,
        scalar: @Sendable (_ column: Int, _ row: Int) -> (magnitude: UInt64, negative: Bool)
    ) {
        if !isKnownUniquelyReferenced(&store) { store = BucketStore(copying: store) }
        let (store, columns, columnBits, tile) = (store, columns, columnBits, columnsAtATime)
        inParallel(count: columns.count, multiple: 1, minimumPart: 1) { part in
            var pairs = BucketPairs()
            for first in stride(from: part.lowerBound, to: part.upperBound, by: tile) {
                for row in 0..<rowCount {
                    for column in first..<min(first + tile, part.upperBound) {
                        let digits = columns[column]
                        let (value, negative) = scalar(column, row)
                        precondition(columnBits[column] == 64 || value >> UInt64(columnBits[column]) == 0, "too wide")
                        digits.forEachDigit(of: value) { position, digit in
                            let at = digits.firstBucket + position * digits.bucketsPerDigit + Int(digit.magnitude) - 1
                            pairs.append(bucket: at, row: row, inverse: (digit < 0) != negative)
                        }
                    }
                    pairs.endRow(inverses: rowCount)
                    if pairs.count > 1 << 14 { pairs.multiply(into: store, rows: rows) }
                }
                pairs.multiply(into: store, rows: rows)
            }
        }
    }

    /// Enough columns for full vectors of one row's buckets, few enough for their buckets to stay in cache.
    private var columnsAtATime: Int {
        let bytes = columns.map(\.buckets).max().map { max($0, 1) * modulus.words * 8 } ?? 1
        return max(8, (1 << 19) / bytes)
    }

    /// One residue a column: the product over all rows so far. The accumulator may go on.
    public func finish() -> ResidueVector {
        // Every (column, digit) is independent: sum_d d B_d by a running product from the top bucket down, all side by
        // side, those with fewer buckets joining later.
        var runs: [(column: Int, first: Int, length: Int)] = []
        for (column, digits) in columns.enumerated() {
            for position in 0..<digits.digits {
                runs.append((column, digits.firstBucket + position * digits.bucketsPerDigit, digits.bucketsPerDigit))
            }
        }
        let longest = runs.map(\.length).max() ?? 0
        var running = ResidueVector(repeating: 1, count: runs.count, modulus: modulus)
        var sums = running
        for step in stride(from: longest, to: 0, by: -1) {
            running = running.multiplied(by: buckets(runs.map { step <= $0.length ? $0.first + step - 1 : nil }))
            sums = sums.multiplied(by: running)
        }
        // Horner over the digits of each column, from the top.
        var result = ResidueVector(repeating: 1, count: columns.count, modulus: modulus)
        let most = columns.map(\.digits).max() ?? 0
        for position in stride(from: most - 1, through: 0, by: -1) {
            let active = columns.indices.filter { columns[$0].digits > position }
            var values = result.gathering(active)
            for width in Set(active.map { columns[$0].width }).sorted() where position + 1 < most {
                let members = active.indices.filter { columns[active[$0]].width == width }
                var powers = values.gathering(members)
                for _ in 0..<width { powers = powers.squared() }
                values.replace(members, with: powers)
            }
            let starts = active.map { column in runs.firstIndex { $0.column == column } ?? 0 }
            values = values.multiplied(by: sums.gathering(starts.map { $0 + position }))
            result.replace(active, with: values)
        }
        return result
    }

    /// The named buckets, one for those empty or not named.
    private func buckets(_ indices: [Int?]) -> ResidueVector {
        var result = ResidueVector(repeating: 1, count: indices.count, modulus: modulus)
        result.fill(from: store.values, indices.map { $0.flatMap { store.isFull($0) ? $0 : nil } })
        return result
    }
}

extension ColumnDigits {
    /// Calls `body` with position and value of every nonzero digit.
    @inline(__always)
    func forEachDigit(of value: UInt64, _ body: (_ position: Int, _ digit: Int) -> Void) {
        if value == 0 { return }
        var carry = 0
        let mask = (UInt64(1) << UInt64(width)) - 1
        for position in 0..<digits {
            let shift = position * width
            var digit = Int(shift < 64 ? (value >> UInt64(shift)) & mask : 0) + carry
            carry = 0
            if signed && digit > 1 << (width - 1) {
                digit -= 1 << width
                carry = 1
            }
            if digit != 0 { body(position, digit) }
        }
    }
}
