public import Records

/// What all parties fixed before a description of three to eight of them, taken from the job (describe.md 9).
public struct JointDescriptionPlan: Sendable, Equatable {
    public struct Party: Sendable, Equatable {
        public let name: String
        /// In the order of the job; the group's column is not among them.
        public let columns: [ColumnSpec]

        public init(name: String, columns: [ColumnSpec]) {
            self.name = name
            self.columns = columns
        }
    }

    /// The active one first, the others in the order of the job.
    public let parties: [Party]
    /// Of the active party with all others as if they were one: groups, weights, limits, keys.
    public let whole: DescriptionPlan

    /// - Parameters:
    ///   - common: its columns are passed over.
    public init(_ parties: [Party], common: DescriptionPlan) {
        self.parties = parties
        var whole = common
        whole.active = parties.first?.columns ?? []
        whole.passive = parties.dropFirst().flatMap(\.columns)
        self.whole = whole
    }

    package static let counts = 3...8

    func validate() throws(DescriptionError) {
        guard Self.counts.contains(parties.count) else { throw .invalidPlan("a number of parties that none has") }
        for party in parties.dropFirst() where party.columns.isEmpty {
            throw .invalidPlan("\(party.name) has no column to describe")
        }
    }

    /// What the active party fixed with a passive one.
    package func pair(_ passive: Int) -> DescriptionPlan {
        var plan = whole
        plan.passive = parties[passive].columns
        return plan
    }

    package func index(of name: String) -> Int? { parties.firstIndex { $0.name == name } }

    // MARK: Parts

    /// Whether a part has as many values, flags, numbers and scales as such columns have.
    func hasSizes(_ part: DescribedPart, of party: Int) -> Bool {
        guard let shape = shape(of: part, party, rows: 2), part.shown.count == shape.passive.count else { return false }
        let shown = zip(shape.passive, part.shown).filter(\.1).map(\.0)
        return part.numbers.count == shape.groups * shape.blocks * shown.reduce(0) { $0 + $1.items.count }
            && part.scales.count == shown.count(where: \.isNumeric)
    }

    /// Whether a part can be that of a party, over these groups.
    func allows(_ part: DescribedPart, of party: Int, rows: Int, _ groups: [GroupSize]) -> Bool {
        guard hasSizes(part, of: party), let shape = shape(of: part, party, rows: rows) else { return false }
        let numbers = shape.numbers(shown: part.shown, groups)
        return zip(numbers, part.numbers).allSatisfy { $0.holds($1) } && numbers.allow(part.numbers)
            && !numbers.showSmallCell(part.numbers, below: shape.minimumCell)
    }

    /// As if the party were the passive one, with an active one that has no column.
    private func shape(of part: DescribedPart, _ party: Int, rows: Int) -> DescriptionShape? {
        var plan = pair(party)
        plan.active = []
        return plan.shape(rows: rows, activeValues: [], passiveValues: part.values)
    }

    /// The table of all, the same at each party.
    ///
    /// - Parameter parts: of each party, by its number.
    /// - Throws: `protocolViolation` where parts are none of such columns.
    package func table(
        rows: Int, groups: [GroupSize], parts: [DescribedPart]
    ) throws(DescriptionError) -> DescriptionTable {
        try DescriptionTable(
            whole, rows: rows, groups: groups, parts: parts,
            parties: parties.flatMap { party in party.columns.map { _ in party.name } })
    }
}
