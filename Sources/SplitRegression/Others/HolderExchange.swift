/// What a holder, the active party or the helper, exchanges with a further passive party (multiparty-training.md 3). The holder is
/// always the owner.
package protocol HolderExchange: AnyObject {
    func ownRowProducts(
        _ vector: [ShareWord], rows: Int, entries: Int, turnBits: Int
    ) async throws -> [ShareWord]
    func ownColumnSums(_ rows: [Int128], layout: ColumnSumLayout) async throws -> [ShareWord]
    func ownPackedSums(
        _ layout: PackedSumLayout, rows: Int, values: (Range<Int>) -> [[ShareWord]]
    ) async throws -> ShareMatrix
    /// Owner: an integer a row; result: shares modulo `2^152` of its products with each of the evaluator's columns, by column.
    func ownScaledRows(_ rows: [Int128], layout: ScaledRowLayout) async throws -> [[ShareWord]]

    /// What the party has of an exchange with the other holder, or of numbers of its own.
    ///
    /// - Parameter bits: of each number.
    func takeHandover(count: Int, bits: Int) async throws -> [ShareWord]
    /// A number that both holders opened.
    func announce(_ digit: UInt64, bits: Int) async throws
    /// Numbers that both holders opened at once.
    ///
    /// - Parameter bits: of each.
    func announce(_ numbers: [ShareWord], bits: [Int]) async throws
    /// The party's bit about its own part.
    func takeBit() async throws -> Bool
    /// High bits of this holder's shares of what is the party's to know.
    ///
    /// - Parameter bits: of each.
    func giveResults(_ shares: [ShareWord], bits: Int) async throws
    func checkpoint() async throws
}

/// The same at that party, which is always the evaluator.
package protocol OtherExchange: AnyObject {
    func evaluateRowProducts(_ columns: [[Int64]], entries: Int, turnBits: Int) async throws -> [ShareWord]
    func evaluateColumnSums(
        _ layout: ColumnSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
    ) async throws -> [ShareWord]
    func evaluatePackedSums(
        _ layout: PackedSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
    ) async throws -> ShareMatrix
    func evaluateScaledRows(
        _ layout: ScaledRowLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
    ) async throws -> [[ShareWord]]

    /// A uniform word, modulo `2^152`, for each of so many numbers that are split between the holders.
    func splittingWords(count: Int) -> [ShareWord]
    func handOver(_ words: [ShareWord], bits: Int) async throws
    func takeAnnounced(bits: Int) async throws -> UInt64
    /// - Parameter bits: of each of the numbers.
    func takeAnnounced(bits: [Int]) async throws -> [ShareWord]
    func giveBit(_ isSet: Bool) async throws
    /// High bits of a holder's shares of so many numbers.
    func takeResults(count: Int, bits: Int) async throws -> [ShareWord]
    func checkpoint() async throws
}

/// Products of a number a row with each of the evaluator's columns (multiparty-training.md 3.10).
package struct ScaledRowLayout: Sendable, Hashable {
    /// u
    package let slotBits: Int
    /// J: consecutive rows that share a result; the owner puts each at its place.
    package let rowsPerResult: Int
    /// The evaluator's columns.
    package let columns: Int
    /// S: bits of their entries, without sign.
    package let entryBits: Int
    /// There is a result for each row and column, in each refresh: more room than elsewhere keeps the whole below 2^-40.
    static let headroomBits = 72

    /// - Parameter valueBits: the owner's integers lie in `(-2^valueBits, 2^valueBits)`.
    package init(columns: Int, valueBits: Int, entryBits: Int, modulusBits: Int) throws(TrainingError) {
        slotBits = max(ShareWord.modulusBits, valueBits + entryBits + 2)
        rowsPerResult = (modulusBits - Self.headroomBits) / slotBits
        self.columns = columns
        self.entryBits = entryBits
        guard rowsPerResult >= 1, entryBits <= 62 else { throw .keyTooSmall(bits: modulusBits) }
    }

    package func groups(rows: Int) -> Int { (rows + rowsPerResult - 1) / rowsPerResult }
}
