package import Jobs

/// What `policy show` prints.
package struct PolicyReport: Codable, Sendable {
    let minimumCohort: Int
    let minimumCell: Int
    let roundCountsTo: Int
    let parametersPerRow: Double
    let minimumKeyBits: Int
    let minimumNonces: String
    let maximumSetSize: Int
    let minimumPassiveColumns: Int
    /// Nil: any.
    let peers: [String]?
    let identifiers: [String]?
    let features: [String]?
    let labels: [String]?
    let reveal: [String]?
    let loosen: [String]
    /// By the names of their fields.
    let budgets: [String: Int]

    package init(_ policy: Policy) {
        minimumCohort = policy.minimumCohort
        minimumCell = policy.minimumCell
        roundCountsTo = policy.roundCountsTo
        budgets = Dictionary(uniqueKeysWithValues: Budget.allCases.map { ($0.rawValue, policy.budgets[$0]) })
        parametersPerRow = policy.parametersPerRow
        minimumKeyBits = policy.minimumKeyBits
        minimumNonces = policy.minimumNonces.rawValue
        maximumSetSize = policy.maximumSetSize
        minimumPassiveColumns = policy.minimumPassiveColumns
        peers = policy.peers
        identifiers = policy.identifiers
        features = policy.features
        labels = policy.labels
        reveal = policy.reveal?.map(\.rawValue)
        loosen = policy.loosen.map(\.name)
    }

    package var text: String {
        func list(_ names: [String]?) -> String {
            names.map { $0.isEmpty ? "none" : $0.joined(separator: ", ") } ?? "any"
        }
        var table = TextTable(["minimumCohort", "\(minimumCohort)"], sides: [.left, .left])
        table.add(["minimumCell", "\(minimumCell)"])
        table.add(["roundCountsTo", "\(roundCountsTo)"])
        table.add(["parametersPerRow", Number.short(parametersPerRow)])
        table.add(["minimumKeyBits", "\(minimumKeyBits)"])
        table.add(["minimumNonces", minimumNonces])
        table.add(["maximumSetSize", "\(maximumSetSize)"])
        table.add(["minimumPassiveColumns", "\(minimumPassiveColumns)"])
        table.add(["peers", list(peers)])
        table.add(["identifiers", identifiers == nil ? "any one column" : list(identifiers)])
        table.add(["features", list(features)])
        table.add(["labels", list(labels)])
        table.add(["reveal", list(reveal)])
        table.add(["loosen", list(loosen)])
        for budget in Budget.allCases { table.add([budget.rawValue, "\(budgets[budget.rawValue] ?? 0)"]) }
        return table.text(indent: 0)
    }
}
