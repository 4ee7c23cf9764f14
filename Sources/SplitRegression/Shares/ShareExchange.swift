/// The exchanges of one party with the other (training.md 3). At each step one party is the *owner*, whose values travel under its own
/// key, and the other the *evaluator*, who computes with numbers of its own. Both keep a share of the result; nothing returns.
package protocol ShareExchange: AnyObject {
    /// One word for both parties to truncate each of so many numbers with, the same at both.
    func commonWords(count: Int) -> [ShareWord]

    /// Owner: its share `v` of a vector; result: shares of `Q v` a row, modulo `2^turnBits`, `Q` the evaluator's columns.
    ///
    /// - Parameter entries: bits of the evaluator's integers, without sign.
    func ownRowProducts(
        _ vector: [ShareWord], rows: Int, entries: Int, turnBits: Int
    ) async throws -> [ShareWord]
    func evaluateRowProducts(_ columns: [[Int64]], entries: Int, turnBits: Int) async throws -> [ShareWord]

    /// Owner: a row's vector each time that it is asked; result: integer shares of the inner products a row.
    func ownKernel(_ layout: KernelLayout, rows: Int, vector: (Int) throws -> [Int64]) async throws -> [Int128]
    /// Evaluator: a row's scalars, each below `2^(scalar bits + 1)`.
    func evaluateKernel(_ layout: KernelLayout, rows: Int, scalars: (Int) -> [UInt32]) async throws -> [Int128]

    /// Owner: integers a row; result: shares modulo `2^152` of their sums with each of the evaluator's columns.
    func ownColumnSums(_ rows: [Int128], layout: ColumnSumLayout) async throws -> [ShareWord]
    /// Evaluator: so many columns, of which chunks of rows are made when needed.
    func evaluateColumnSums(
        _ layout: ColumnSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
    ) async throws -> [ShareWord]

    /// Owner: several integers a row, made chunk by chunk; result: a row of sums for each of the evaluator's columns.
    func ownPackedSums(
        _ layout: PackedSumLayout, rows: Int, values: (Range<Int>) -> [[ShareWord]]
    ) async throws -> ShareMatrix
    func evaluatePackedSums(
        _ layout: PackedSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
    ) async throws -> ShareMatrix

    /// Shares modulo `2^152` of `X Y`, X at the owner and Y at the evaluator.
    func ownProduct(_ left: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix
    func evaluateProduct(_ right: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix

    /// Each party's integers, so many a row side by side; result: shares modulo `2^152` of the sum of their products a row.
    func ownElementProducts(_ rows: [Int128], layout: ElementLayout) async throws -> [ShareWord]
    func evaluateElementProducts(_ rows: [Int128], layout: ElementLayout) async throws -> [ShareWord]

    /// Owner: values of each input; result: shares modulo `2^152` of the evaluator's sums of them, a row for each sum.
    func ownRiskSums(_ inputs: [[ShareWord]], layout: RiskSumLayout) async throws -> ShareMatrix
    /// Evaluator: its secret sums, which fit the layout.
    func evaluateRiskSums(_ sums: RiskSums, layout: RiskSumLayout) async throws -> ShareMatrix

    /// Sends a window of this party's share and receives the peer's.
    func exchangeWindow(_ own: UInt64, bits: Int) async throws -> UInt64
    /// The parties send each other the high bits of shares that are the other's to know.
    ///
    /// - Parameters:
    ///   - bits: of each number sent.
    ///   - expecting: of each number received.
    func exchangeResults(_ own: [ShareWord], bits: [Int], expecting: [Int]) async throws -> [ShareWord]

    /// Both sign what they have sent.
    func checkpoint() async throws
}

/// Sums of one column each (training.md 3.3).
package struct ColumnSumLayout: Sendable, Hashable {
    /// u
    package let slotBits: Int
    /// Rows in one ciphertext.
    package let rowsPerCiphertext: Int
    /// The evaluator's columns.
    package let columns: Int
    /// Bits of the evaluator's scalars, without sign.
    package let scalarBits: Int

    /// - Parameter valueBits: the owner's integers lie in `(-2^valueBits, 2^valueBits)`.
    package init(
        columns: Int, valueBits: Int, scalarBits: Int, rows: Int, modulusBits: Int
    ) throws(TrainingError) {
        slotBits = max(ShareWord.modulusBits, valueBits + scalarBits + ceilLog2(rows) + 2)
        self.columns = columns
        self.scalarBits = scalarBits
        rowsPerCiphertext = ((modulusBits - KernelLayout.headroomBits) / slotBits + 1) / 2
        guard rowsPerCiphertext >= 1, scalarBits <= 63 else { throw .keyTooSmall(bits: modulusBits) }
    }
}

/// Sums of several of the owner's columns with each of the evaluator's (training.md 3.4).
package struct PackedSumLayout: Sendable, Hashable {
    package let slotBits: Int
    package let slotsPerCiphertext: Int
    /// The owner's values a row, and the evaluator's columns.
    package let values: Int
    package let columns: Int
    package let scalarBits: Int

    package init(
        values: Int, columns: Int, valueBits: Int, scalarBits: Int, rows: Int, modulusBits: Int
    ) throws(TrainingError) {
        slotBits = max(ShareWord.modulusBits, valueBits + scalarBits + ceilLog2(rows) + 2)
        self.values = values
        self.columns = columns
        self.scalarBits = scalarBits
        slotsPerCiphertext = min(values, (modulusBits - KernelLayout.headroomBits) / slotBits)
        guard slotsPerCiphertext >= 1, scalarBits <= 63 else { throw .keyTooSmall(bits: modulusBits) }
    }

    package var ciphertextsPerRow: Int { (values + slotsPerCiphertext - 1) / slotsPerCiphertext }
}
