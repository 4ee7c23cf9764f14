package import Wire

/// What a session's messages come to, without its ciphertexts: of the active party with another one the parts of both, of two passive
/// parties what each says of its own (describe.md 9).
package struct DescribedReading: Sendable {
    private let plan: JointDescriptionPlan
    /// By name.
    private var values: [String: [Int]] = [:]
    private var windows: [String: ResultShares] = [:]
    private var scales: [String: [ColumnScale]] = [:]
    private var rows: Int?
    private var groups: [GroupSize] = []
    private var hidden: [Bool] = []
    private var told: [String: DescribedPart] = [:]
    /// By name, SHA-256 of the message by which it fixed its columns.
    package private(set) var roots: [String: Bytes32] = [:]
    /// By name, what it said of all parts.
    package private(set) var digests: [String: [Bytes32]] = [:]

    package init(_ plan: JointDescriptionPlan) { self.plan = plan }

    /// Whether a record is one of those that are read.
    package static func reads(_ record: Record) -> Bool {
        record.type == .inputRoots
            || record.type.protocolID == ProtocolVersion.description.id
                && !MessageType.ofDescribedCiphertexts.contains(record.type)
    }

    /// Others are passed over.
    package mutating func take(_ record: Record, _ payload: [UInt8]) throws(WireError) {
        let sender = record.from
        switch record.type {
        case .inputRoots: roots[sender] = Bytes32(hashing: payload)
        case .descriptionSetup:
            let setup = try DescriptionSetup(payload: payload)
            (rows, values[sender]) = (setup.rows, setup.values)
        case .groups: groups = try GroupsMessage(payload: payload).groups
        case .hiddenColumns: hidden = try HiddenColumns(payload: payload).flags
        case .describedNumbers: windows[sender] = try DescribedNumbersMessage(payload: payload).numbers
        case .scales: scales[sender] = try ScalesMessage(payload: payload).scales
        case .describedPart: told[sender] = try DescribedPartMessage(payload: payload).part
        case .partDigests: digests[sender] = try PartDigests(payload: payload).digests
        default: break
        }
    }

    /// Of a session with the active party; nil until all is there, or where it does not fit together.
    package var pair: DescribedPair? {
        let active = plan.parties[0].name
        guard let passive = values.keys.first(where: { $0 != active }), let number = plan.index(of: passive), let rows,
            let ownValues = values[active], let otherValues = values[passive], let own = scales[active],
            let other = scales[passive],
            let shape = plan.pair(number).shape(rows: rows, activeValues: ownValues, passiveValues: otherValues),
            hidden.count == shape.columns.count, shape.allows(groups)
        else { return nil }
        let shown = hidden.map { !$0 }
        let numbers = shape.numbers(shown: shown, groups)
        let first = numbers.count { $0.column < shape.active.count }
        guard let a = windows[active]?.words(bits: numbers.map(\.bits)),
            let b = windows[passive]?.words(bits: numbers.dropFirst(first).map(\.bits))
        else { return nil }
        return DescribedPair(
            shape, groups: groups, shown: shown, numbers: numbers.opened(a, b), scales: (active: own, passive: other))
    }

    /// Digests of the parts of both parties of the session, by number; of those that are known.
    func ownDigests() throws(WireError) -> [Int: Bytes32] {
        var parts: [(Int, DescribedPart)] = []
        if let pair, let passive = values.keys.compactMap({ plan.index(of: $0) }).first(where: { $0 > 0 }) {
            parts = [(0, pair.active), (passive, pair.passive)]
        }
        for (name, part) in told { if let number = plan.index(of: name) { parts.append((number, part)) } }
        var digests: [Int: Bytes32] = [:]
        for (number, part) in parts {
            guard let own = roots[plan.parties[number].name] else { continue }
            digests[number] = try part.digest(party: number, roots: own, groups: groups)
        }
        return digests
    }

    /// What a party said of its own columns to another passive one.
    package func part(of name: String) -> DescribedPart? { told[name] }
}

/// The table that one party's sessions come to, from their logs alone.
package struct JointDescriptionReading {
    private let plan: JointDescriptionPlan
    private let own: Int
    /// By the other party's number.
    private let sessions: [Int: DescribedReading]

    package init(_ plan: JointDescriptionPlan, own: Int, sessions: [Int: DescribedReading]) {
        self.plan = plan
        self.own = own
        self.sessions = sessions
    }

    /// - Throws: ``DescriptionError``: `partsDiffer` where two parties were told, or told, different things.
    package func table() throws -> DescriptionTable {
        let parties = plan.parties
        guard let first = sessions[own == 0 ? 1 : 0]?.pair else { throw Self.unfinished }
        var parts: [DescribedPart] = []
        for party in parties.indices {
            let part =
                switch (own, party) {
                case (_, 0): first.active
                case (0, _): sessions[party]?.pair?.passive
                case (party, _): first.passive
                default: sessions[party]?.part(of: parties[party].name)
                }
            guard let part, plan.hasSizes(part, of: party) else { throw Self.unfinished }
            parts.append(part)
        }
        let described = DescribedParties(first, parts: parts)
        let digests = try described.digests(roots: roots())
        for (other, session) in sessions.sorted(by: { $0.key < $1.key }) {
            for sender in [own, other] {
                guard let said = session.digests[parties[sender].name], said.count == digests.count else {
                    throw Self.unfinished
                }
                if let party = zip(digests, said).enumerated().first(where: { $1.0 != $1.1 })?.offset {
                    throw DescriptionError.partsDiffer(of: parties[party].name, saidBy: parties[sender].name)
                }
            }
        }
        return try described.table(plan)
    }

    /// As this party heard them, and of its own as it told the first one.
    private func roots() throws -> [Bytes32] {
        try plan.parties.enumerated().map { party, item in
            let session = sessions[party == own ? (own == 0 ? 1 : 0) : party]
            guard let roots = session?.roots[item.name] else { throw Self.unfinished }
            return roots
        }
    }

    private static let unfinished = DescriptionError.protocolViolation("messages that come to no table")
}
