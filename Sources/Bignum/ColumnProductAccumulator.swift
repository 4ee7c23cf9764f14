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
/// that turn out to have few values share digits: their joint pattern is one.
///
/// Variable time: addresses follow the scalars, which must be the caller's own or public.
public struct ColumnProductAccumulator: Sendable {
    public let modulus: Modulus
    public let signed: Bool
    private let expectedRows: Int
    /// Magnitudes that integer columns are planned for.
    private var columnBits: [Int]
    /// What is assumed of each column; nil before the first rows.
    public private(set) var profiles: [ColumnProfile]?
    private var buckets: ColumnBuckets?
    /// Products of rows added before an assumption was given up.
    private var earlier: ResidueVector?
    private let executor: any Executor
    /// Rows that other processes have; only of signed columns.
    private var others: Others?

    /// - Parameters:
    ///   - columnBits: bits of the largest magnitude in each column, at most 63 if signed.
    ///   - expectedRows: rows in all, for the cost model only.
    ///   - signed: whether scalars may be negative; then every row must be invertible.
    public init(columnBits: [Int], modulus: Modulus, expectedRows: Int, signed: Bool = false) {
        self.init(
            columnBits: columnBits, modulus: modulus, expectedRows: expectedRows, signed: signed,
            executor: Execution.current)
    }

    /// The same on an executor of the caller's choice.
    package init(
        columnBits: [Int], modulus: Modulus, expectedRows: Int, signed: Bool, executor: any Executor
    ) {
        precondition(columnBits.allSatisfy { (0...(signed ? 63 : 64)).contains($0) }, "scalars of at most 64 bits")
        self.columnBits = columnBits
        self.modulus = modulus
        self.expectedRows = expectedRows
        self.signed = signed
        self.executor = executor
    }

    /// The same with a profile of each column, which it keeps to as long as the rows do.
    public init(profiles: [ColumnProfile], modulus: Modulus, expectedRows: Int, signed: Bool = true) {
        self.init(
            profiles: profiles, modulus: modulus, expectedRows: expectedRows, signed: signed,
            executor: Execution.current)
    }

    /// The same on an executor of the caller's choice.
    package init(
        profiles: [ColumnProfile], modulus: Modulus, expectedRows: Int, signed: Bool = true, executor: any Executor
    ) {
        self.init(
            columnBits: profiles.map { if case .integers(let bits) = $0 { bits } else { 1 } }, modulus: modulus,
            expectedRows: expectedRows, signed: signed, executor: executor)
        plan(profiles)
    }

    /// Into how many digits a signed column of integers is cut, and how many buckets each has: for estimates.
    ///
    /// - Parameter columns: so many that share the room for buckets.
    package static func streams(
        ofColumn bits: Int, expectedRows: Int, columns: Int, modulusBytes: Int
    ) -> (digits: Int, buckets: Int) {
        let plan = BucketPlan(
            integers: bits, columns: columns, expectedRows: expectedRows, bytesPerBucket: modulusBytes)
        return (plan.streams.count, plan.streams.first?.buckets(signed: true) ?? 0)
    }

    /// Products of a row under the plan for such columns: for whoever decides where rows go.
    package static func productsPerRow(_ profiles: [ColumnProfile], modulus: Modulus, expectedRows: Int) -> Int {
        let plan = BucketPlan(
            profiles, signed: true, expectedRows: expectedRows, bytesPerBucket: modulus.words * 8)
        return plan.streams.count
    }

    /// Adds a chunk of rows with non-negative scalars.
    public mutating func add(variableTime rows: ResidueVector, scalars: ScalarColumns) {
        precondition(!signed, "an accumulator of signed scalars takes signed columns")
        precondition(scalars.rows == rows.count && scalars.columns.count == columnBits.count, "another shape")
        // Kept as bit patterns: only digits look at the top bit, and unsigned ones know it.
        accumulate(rows, scalars.columns.map { $0.map { Int64(bitPattern: $0) } }) { rows, _ in rows }
    }

    /// Adds a chunk of rows with signed scalars, one column of them each.
    ///
    /// - Throws: ``BignumError/notInvertible(index:)`` for a row that shares a factor with the modulus; the accumulator is of no
    ///   use after that.
    public mutating func add(variableTime rows: ResidueVector, signed scalars: [[Int64]]) throws(BignumError) {
        precondition(signed, "an accumulator of non-negative scalars")
        precondition(
            scalars.count == columnBits.count && scalars.allSatisfy { $0.count == rows.count }, "another shape")
        if rows.count > 0 { describe(scalars) }
        guard let shares = ownOthers() else { return try addHere(rows, scalars) }
        let kept = shares.ownRows(of: rows.count)
        guard kept < rows.count else { return try addHere(rows, scalars) }
        let given = rows[kept..<rows.count]
        if let bad = given.firstNonUnit() { throw .notInvertible(index: kept + bad) }
        // First, so that the others work while this process does.
        shares.add(variableTime: given, scalars.map { Array($0[kept...]) })
        try addHere(rows[0..<kept], scalars.map { Array($0[..<kept]) })
    }

    /// Rows that stay in this process.
    private mutating func addHere(_ rows: ResidueVector, _ scalars: [[Int64]]) throws(BignumError) {
        try accumulate(rows, scalars) { (rows, withInverses) throws(BignumError) in
            if !withInverses {
                if let bad = rows.firstNonUnit() { throw .notInvertible(index: bad) }
                return rows
            }
            var both = rows
            both.append(contentsOf: try rows.inversesOfPublic())
            return both
        }
    }

    /// `residues`: the rows, followed by their inverses if so asked.
    private mutating func accumulate<E: Error>(
        _ rows: ResidueVector, _ scalars: [[Int64]],
        residues: (_ rows: ResidueVector, _ withInverses: Bool) throws(E) -> ResidueVector
    ) throws(E) {
        precondition(rows.modulus == modulus, "moduli differ")
        if rows.count == 0 { return }
        describe(scalars)
        while true {
            guard let needsInverses = buckets?.needsInverses else { return }
            let all = try residues(rows, needsInverses)
            guard let misfits = buckets?.add(rows, residues: all.buffer, scalars: scalars), !misfits.isEmpty else {
                return
            }
            giveUp(misfits, scalars)
        }
    }

    /// The first rows say what is assumed of all.
    private mutating func describe(_ scalars: [[Int64]]) {
        if profiles == nil { plan(scalars.indices.map { describe($0, scalars[$0]) }) }
    }

    /// Others' rows of this value alone: those that a copy knows too stay as they are.
    private mutating func ownOthers() -> (any ColumnShares)? {
        guard others != nil, !isKnownUniquelyReferenced(&others) else { return others?.shares }
        if let before = others?.shares.finish(beside: 0) {
            earlier = earlier.map { $0.multiplied(by: before) } ?? before
        }
        others = newOthers(profiles ?? [])
        return others?.shares
    }

    private func newOthers(_ profiles: [ColumnProfile]) -> Others? {
        guard signed else { return nil }
        return executor.columnShares(profiles, modulus: modulus, expectedRows: expectedRows).map { Others($0) }
    }

    private final class Others: Sendable {
        let shares: any ColumnShares
        init(_ shares: any ColumnShares) { self.shares = shares }
    }

    /// Few values among the first rows, for their number, are taken to be all that there are.
    private func describe(_ column: Int, _ scalars: [Int64]) -> ColumnProfile {
        let most = min(32, max(2, scalars.count / 8))
        let profile = ColumnProfile(describing: scalars, mostValues: most)
        guard case .values(let values) = profile, signed || values.allSatisfy({ $0 >= 0 }) else {
            return .integers(bits: columnBits[column])
        }
        return profile
    }

    /// Some columns are not what they were taken for: they are integers from here on, as wide as they have to be.
    private mutating func giveUp(_ misfits: [Int], _ scalars: [[Int64]]) {
        var next = profiles ?? []
        for column in misfits {
            let widest = scalars[column].map { signed ? $0.magnitude : UInt64(bitPattern: $0) }.max() ?? 0
            columnBits[column] = max(columnBits[column], UInt64.bitWidth - widest.leadingZeroBitCount)
            next[column] = .integers(bits: columnBits[column])
        }
        earlier = finishHere()
        plan(next)
    }

    private mutating func plan(_ next: [ColumnProfile]) {
        // Each process gives up its own assumptions: the products are the same.
        if profiles == nil { others = newOthers(next) }
        profiles = next
        buckets = ColumnBuckets(
            next, modulus: modulus, expectedRows: others?.shares.expectedOwnRows ?? expectedRows, signed: signed)
    }

    /// One residue a column: the product over all rows so far. The accumulator may go on.
    public func finish() -> ResidueVector {
        let start = ContinuousClock.now
        let here = finishHere()
        let own = Int((ContinuousClock.now - start).components.seconds)
        return others.map { here.multiplied(by: $0.shares.finish(beside: own)) } ?? here
    }

    private func finishHere() -> ResidueVector {
        let now = buckets?.finish() ?? ResidueVector(repeating: 1, count: columnBits.count, modulus: modulus)
        return earlier.map { now.multiplied(by: $0) } ?? now
    }
}
