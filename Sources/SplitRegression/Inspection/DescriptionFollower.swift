internal import Wire

/// Follows a description from its messages alone: which comes next, with which round, how many ciphertexts, flags and bits, from what
/// the active party says is hidden (T10, T13, T16, T23, T24).
struct DescriptionFollower {
    /// A message that has to come, from one party.
    private struct Expected {
        enum Content {
            /// Ciphertexts under the owner's key, so many in each chunk.
            case ciphertexts([Int], owner: String)
            case flags
            case numbers
            case scales(Int)
            case checkpoint
        }

        let type: MessageType
        let round: UInt32
        let content: Content
        var chunk = 0
    }

    private let shape: DescriptionShape
    private let active: String
    private let passive: String
    /// Bytes of a ciphertext.
    private let width: Int
    private var round: UInt32 = 0
    /// In order, by sender.
    private var expected: [String: [Expected]] = [:]
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
        guard sizes.isEmpty, record.from == active else { throw Self.outOfPlace(record) }
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
        expectCheckpoint()
        round += 1
        expect(.hiddenColumns, .flags, from: active)
    }

    /// A chunk of ciphertexts; the caller has checked them against the owner's key.
    mutating func take(ciphertexts count: Int, _ record: Record) throws(InspectionFailure) {
        let next = try begin(record)
        guard case .ciphertexts(let counts, _) = next.content else { throw Self.outOfPlace(record) }
        guard record.chunk.count == counts.count, Int(record.chunk.index) == next.chunk, counts[next.chunk] == count
        else {
            throw Self.failure(
                "T10", "wrongCount", "A message has another number of ciphertexts than its step asks for.")
        }
        if next.chunk + 1 < counts.count { expected[record.from]?[0].chunk += 1 } else { drop(record.from) }
    }

    /// Under whose key the ciphertexts of a message are.
    func owner(of record: Record) throws(InspectionFailure) -> String {
        guard case .ciphertexts(_, let owner) = try begin(record).content else { throw Self.outOfPlace(record) }
        return owner
    }

    mutating func take(_ hidden: HiddenColumns, _ record: Record) throws(InspectionFailure) {
        guard case .flags = try begin(record).content else { throw Self.outOfPlace(record) }
        guard hidden.flags.count == shape.columns.count else {
            throw Self.failure("T24", "openedTooMuch", "Hidden columns are said of another table.")
        }
        drop(record.from)
        shown = hidden.flags.map { !$0 }
        expectNumbers()
    }

    mutating func take(_ message: DescribedNumbersMessage, _ record: Record) throws(InspectionFailure) {
        guard case .numbers = try begin(record).content else { throw Self.outOfPlace(record) }
        let own = numbers.count { $0.column < shape.active.count }
        let bits = record.from == active ? numbers.map(\.bits) : numbers.dropFirst(own).map(\.bits)
        guard let words = message.numbers.words(bits: bits) else {
            throw Self.failure("T24", "openedTooMuch", "More or fewer bits of numbers were opened than the table has.")
        }
        drop(record.from)
        windows[record.from] = words
        guard let a = windows[active], let b = windows[passive] else { return }
        let values = numbers.enumerated().map { index, number in
            index < own ? number.opened(a[index]) : number.opened(a[index], b[index - own])
        }
        guard numbers.allow(values) else {
            throw Self.failure("T23", "countTooLarge", "A level has more rows than its group.")
        }
    }

    mutating func take(_ message: ScalesMessage, _ record: Record) throws(InspectionFailure) {
        guard case .scales(let count) = try begin(record).content else { throw Self.outOfPlace(record) }
        guard message.scales.count == count else {
            throw Self.failure("T24", "openedTooMuch", "Scales are sent of other columns than are shown.")
        }
        drop(record.from)
    }

    mutating func takeCheckpoint(_ record: Record) {
        guard case .checkpoint = expected[record.from]?.first?.content else { return }
        drop(record.from)
    }

    /// - Throws: a failure when something had still to come.
    func finish() throws(InspectionFailure) {
        guard !shown.isEmpty, expected.values.allSatisfy(\.isEmpty) else {
            throw Self.failure("T23", "descriptionNotFinished", "The messages end before the table is there.")
        }
    }

    // MARK: What comes next

    private mutating func expectNumbers() {
        numbers = shape.numbers(shown: shown, sizes)
        expectCheckpoint()
        for party in [active, passive] { expect(.describedNumbers, .numbers, from: party) }
        round += 1
        let (first, last) = (0..<shape.active.count, shape.active.count..<shape.columns.count)
        for (party, range) in [(active, first), (passive, last)] {
            let count = range.count { shape.columns[$0].isNumeric && shown[$0] }
            expect(.scales, .scales(count), from: party)
        }
    }

    private mutating func expectCheckpoint() {
        for party in [active, passive] { expect(.checkpoint, .checkpoint, from: party) }
    }

    private mutating func expect(_ type: MessageType, _ content: Expected.Content, from sender: String) {
        expected[sender, default: []].append(Expected(type: type, round: round, content: content))
    }

    private func begin(_ record: Record) throws(InspectionFailure) -> Expected {
        guard let next = expected[record.from]?.first else { throw Self.outOfPlace(record) }
        if case .checkpoint = next.content {
            throw Self.failure("T16", "checkpointMissing", "\(record.from) went on without the checkpoint due here.")
        }
        guard next.type == record.type else { throw Self.outOfPlace(record) }
        guard next.round == record.round else {
            throw Self.failure("T10", "wrongRound", "A message carries another number of its exchange than it has.")
        }
        return next
    }

    private mutating func drop(_ sender: String) { expected[sender]?.removeFirst() }

    private static func counts(_ sizes: ChunkSizes) -> [Int] { (0..<sizes.count).map { sizes[$0] } }

    private static func outOfPlace(_ record: Record) -> InspectionFailure {
        failure("T23", "stepMismatch", "\(record.from) sent another message than the table asks for.")
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
