/// One number of a policy that bounds what this site discloses in all; `protocols/disclosure.md` 2 and 5. The raw value is
/// the field's name in `policy.yaml`, and `policy.` before it the name of the refusal.
public enum Budget: String, Sendable, Hashable, CaseIterable, Codable {
    case approvalDays
    case setsPerApproval
    case retriesPerSet
    case attemptsPerHour
    case identifiersPerDay
    case identifiersPerPeer
    case identifiersInAll
    case countsPerPeer
    case countsInAll
    case modelsPerRow
    case modelsPerRowInAll
    case scoresPerRow
    case scoresPerRowInAll
    case rootsPerColumn
    case sumsPerRowInAll
    case tablesPerRowInAll
    case siteListsPerRowInAll

    /// What holds when the policy says nothing.
    public var standard: Int {
        switch self {
        case .approvalDays: 30
        case .setsPerApproval: 1
        case .retriesPerSet: 5
        case .attemptsPerHour: 30
        case .identifiersPerDay: 2_000_000
        case .identifiersPerPeer: 10_000_000
        case .identifiersInAll: 50_000_000
        case .countsPerPeer: 10
        case .countsInAll: 50
        case .modelsPerRow: 20
        case .modelsPerRowInAll: 60
        case .scoresPerRow: 10
        case .scoresPerRowInAll: 30
        case .rootsPerColumn: 5
        case .sumsPerRowInAll: 1000
        case .tablesPerRowInAll, .siteListsPerRowInAll: 1
        }
    }

    var range: ClosedRange<Int> {
        switch self {
        case .approvalDays: 1...3650
        case .setsPerApproval, .rootsPerColumn, .siteListsPerRowInAll: 1...1000
        case .retriesPerSet: 0...1000
        case .attemptsPerHour: 1...100_000
        case .identifiersPerDay, .identifiersPerPeer, .identifiersInAll: 0...(1 << 48)
        case .countsPerPeer, .countsInAll, .modelsPerRow, .modelsPerRowInAll, .scoresPerRow, .scoresPerRowInAll,
            .sumsPerRowInAll, .tablesPerRowInAll:
            0...100_000
        }
    }

    /// For the policy's text and for whoever asks what is left.
    public var meaning: String {
        switch self {
        case .approvalDays: "days until an approval of a job expires"
        case .setsPerApproval: "different sets of identifiers that a peer may bring under one approval"
        case .retriesPerSet: "times that the same set may come again under one approval, not debited"
        case .attemptsPerHour: "sessions with one peer in an hour"
        case .identifiersPerDay: "identifiers of one peer that this site answers in 24 hours"
        case .identifiersPerPeer: "identifiers of one peer that this site answers, ever"
        case .identifiersInAll: "identifiers of all peers that this site answers, ever"
        case .countsPerPeer: "counts of common rows (align count) with one peer, ever"
        case .countsInAll: "counts with all peers, ever"
        case .modelsPerRow: "models with one peer that one row may be in"
        case .modelsPerRowInAll: "models with all peers that one row may be in"
        case .scoresPerRow: "scores of one row opened with one peer"
        case .scoresPerRowInAll: "scores of one row opened with all peers"
        case .rootsPerColumn: "versions of one column that a peer may bring over the same people"
        case .sumsPerRowInAll: "opened sums of jobs split by rows that one row may be in"
        case .tablesPerRowInAll:
            "different tables that one row may be in, of jobs split by rows; likewise curves, and grids"
        case .siteListsPerRowInAll:
            "different lists of sites that fits of one row may have, of jobs split by rows without noise"
        }
    }

    /// The rule's name in a refusal.
    public var rule: String { "policy.\(rawValue)" }
}

/// All of a policy's budgets.
public struct Budgets: Sendable, Hashable {
    private var written: [Budget: Int] = [:]

    public static let standard = Budgets()

    public init() {}

    public internal(set) subscript(_ budget: Budget) -> Int {
        get { written[budget] ?? budget.standard }
        // The standard is not kept, so that a policy which writes it down equals one that does not.
        set { written[budget] = newValue == budget.standard ? nil : newValue }
    }

    init(_ fields: FieldReader) {
        for budget in Budget.allCases {
            self[budget] = fields.integer(budget.rawValue, default: budget.standard, in: budget.range)
        }
    }

    /// As lines of `policy.yaml`, each with its meaning.
    static var template: String {
        Budget.allCases.map { budget in
            let field = "\(budget.rawValue): \(budget.standard)"
            let padding = String(repeating: " ", count: max(1, 28 - field.count))
            return "\(field)\(padding)# most \(budget.meaning)"
        }.joined(separator: "\n").replacing("# most days", with: "# days")
    }
}
