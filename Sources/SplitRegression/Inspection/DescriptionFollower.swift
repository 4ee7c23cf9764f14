internal import Wire

/// Follows a description from its messages alone: which comes next, with which round, how many ciphertexts, flags and bits, from what
/// the active party says is hidden (T10, T13, T16, T23, T24).
struct DescriptionFollower {
    private enum Content {
        /// Ciphertexts under the owner's key, so many in each chunk.
        case ciphertexts([Int], owner: String)
        case flags
        case numbers
        case scales(Int)
    }

    private let shape: DescriptionShape
    private let active: String
    private let passive: String
    /// Bytes of a ciphertext.
    private let width: Int
    private var round: UInt32 = 0
    private var expected = ExpectedMessages<Content>(basis: "the table")
    private(set) var sizes: [GroupSize] = []
    private var shown: [Bool] = []
    private var numbers: [DescribedNumber] = []
    private var windows: [String: [ShareWord]] = [:]

    init(shape: DescriptionShape, active: String, passive: String, width: Int) {
        self.shape = shape
        self.active = active
        self.passive = passive
        self.width = width
    }

    /// How many columns are shown, once that is known.
    var shownColumns: Int? { shown.isEmpty ? nil : shown.count(where: \.self) }

    // MARK: Messages

    mutating func take(_ groups: [GroupSize], _ record: Record) throws(InspectionFailure) {
        guard sizes.isEmpty, record.from == active else { throw expected.outOfPlace(record) }
        guard shape.allows(groups) else {
            throw Self.failure("T13", "groupsNotAllowed", "The groups are none that such rows can have.")
        }
        sizes = groups
        let layout: PackedSumLayout
        do { layout = try shape.sumLayout() } catch {
            throw Self.failure("T13", "groupsNotAllowed", "These groups have no room in the keys.")
        }
        let sums = ExchangeShape.packedSums(layout, rows: shape.rows)
        round += 1
        expect(.groupVectors, .ciphertexts(Self.counts(sums.request(width: width)), owner: active), from: active)
        expect(.groupSums, .ciphertexts(Self.counts(sums.reply(width: width)), owner: active), from: passive)
        let chunks = shape.testChunks(cells: shape.passiveCells)
        let cells = (0..<chunks.count).map { chunks.range($0).count }
        round += 1
        expect(.cellShares, .ciphertexts(cells, owner: active), from: active)
        expect(.cellTests, .ciphertexts(cells.map { $0 * shape.minimumCell }, owner: active), from: passive)
        expected.addCheckpoint(from: active, passive)
        round += 1
        expect(.hiddenColumns, .flags, from: active)
    }

    /// A chunk of ciphertexts; the caller has checked them against the owner's key.
    mutating func take(ciphertexts count: Int, _ record: Record) throws(InspectionFailure) {
        guard case .ciphertexts(let counts, _) = try expected.next(record).content else {
            throw expected.outOfPlace(record)
        }
        try expected.takeChunk(record, of: counts.count, holds: count) { counts[$0] }
    }

    /// Under whose key the ciphertexts of a message are.
    func owner(of record: Record) throws(InspectionFailure) -> String {
        guard case .ciphertexts(_, let owner) = try expected.next(record).content else {
            throw expected.outOfPlace(record)
        }
        return owner
    }

    mutating func take(_ hidden: HiddenColumns, _ record: Record) throws(InspectionFailure) {
        guard case .flags = try expected.next(record).content else { throw expected.outOfPlace(record) }
        guard hidden.flags.count == shape.columns.count else {
            throw Self.failure("T24", "openedTooMuch", "Hidden columns are said of another table.")
        }
        expected.drop(from: record.from)
        shown = hidden.flags.map { !$0 }
        expectNumbers()
    }

    mutating func take(_ message: DescribedNumbersMessage, _ record: Record) throws(InspectionFailure) {
        guard case .numbers = try expected.next(record).content else { throw expected.outOfPlace(record) }
        let own = numbers.count { $0.column < shape.active.count }
        let bits = record.from == active ? numbers.map(\.bits) : numbers.dropFirst(own).map(\.bits)
        guard let words = message.numbers.words(bits: bits) else {
            throw Self.failure("T24", "openedTooMuch", "More or fewer bits of numbers were opened than the table has.")
        }
        expected.drop(from: record.from)
        windows[record.from] = words
        guard let a = windows[active], let b = windows[passive] else { return }
        let values = numbers.opened(a, b)
        guard numbers.allow(values) else {
            throw Self.failure("T23", "countTooLarge", "A level has more rows than its group.")
        }
        guard !numbers.showSmallCell(values, below: shape.minimumCell) else {
            throw Self.failure("T23", "smallCellShown", "A column with a small cell is not hidden.")
        }
    }

    mutating func take(_ message: ScalesMessage, _ record: Record) throws(InspectionFailure) {
        guard case .scales(let count) = try expected.next(record).content else { throw expected.outOfPlace(record) }
        guard message.scales.count == count else {
            throw Self.failure("T24", "openedTooMuch", "Scales are sent of other columns than are shown.")
        }
        expected.drop(from: record.from)
    }

    mutating func takeCheckpoint(_ record: Record) throws(InspectionFailure) {
        try expected.takeCheckpoint(record)
    }

    /// - Throws: a failure when something had still to come.
    func finish() throws(InspectionFailure) {
        guard !shown.isEmpty, expected.isEmpty else {
            throw Self.failure("T23", "descriptionNotFinished", "The messages end before the table is there.")
        }
    }

    // MARK: What comes next

    private mutating func expectNumbers() {
        numbers = shape.numbers(shown: shown, sizes)
        expected.addCheckpoint(from: active, passive)
        for party in [active, passive] { expect(.describedNumbers, .numbers, from: party) }
        round += 1
        let (first, last) = (0..<shape.active.count, shape.active.count..<shape.columns.count)
        for (party, range) in [(active, first), (passive, last)] {
            let count = range.count { shape.columns[$0].isNumeric && shown[$0] }
            expect(.scales, .scales(count), from: party)
        }
    }

    private mutating func expect(_ type: MessageType, _ content: Content, from sender: String) {
        expected.add(type, round: round, content, from: sender)
    }

    private static func counts(_ sizes: ChunkSizes) -> [Int] { (0..<sizes.count).map { sizes[$0] } }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
