import KeyAgreement
import Paillier
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// Columns of the same rows at several parties: the active one, the helper, further ones.
struct SeveralParties {
    let parties: [(rows: AlignedRows, columns: [ColumnSpec])]
    let label: [Double]
    /// The same columns of rows kept aside, and their labels.
    var kept: [AlignedRows] = []
    var keptLabel: [Double] = []

    init(_ parties: [(rows: AlignedRows, columns: [ColumnSpec])], label: [Double]) {
        self.parties = parties
        self.label = label
    }

    /// - Parameter counts: columns of each party, in the order of the cohort's: the active party's, then the passive one's.
    init(_ cohort: Cohort, counts: [Int]) {
        let all =
            cohort.activeColumns.map { (cohort.active, $0) } + cohort.passiveColumns.map { (cohort.passive, $0) }
        var rest = all[...]
        var parties: [(rows: AlignedRows, columns: [ColumnSpec])] = []
        for count in counts {
            let own = rest.prefix(count)
            rest = rest.dropFirst(count)
            parties.append((own[own.startIndex].0, own.map(\.1)))
        }
        self.init(parties, label: cohort.label.values)
    }

    /// Columns `a0`, `b0`, `b1`, .. in this order.
    init(_ table: MadeTable, counts: [Int], kept: MadeTable? = nil) throws {
        func aligned(_ table: MadeTable) throws -> AlignedRows {
            let columns = table.active.merging(table.passive) { one, _ in one }
            return try MadeTable(active: columns, passive: [:], label: table.label).aligned(\.active)
        }
        let rows = try aligned(table)
        var left = (table.active.keys.sorted() + table.passive.keys.sorted())[...]
        var parties: [(rows: AlignedRows, columns: [ColumnSpec])] = []
        for count in counts {
            parties.append((rows, left.prefix(count).map { .numeric($0) }))
            left = left.dropFirst(count)
        }
        self.init(parties, label: table.label)
        guard let kept else { return }
        let rest = try aligned(kept)
        (self.kept, keptLabel) = (counts.map { _ in rest }, kept.label)
    }

    static let names = ["hospital", "lab", "registry", "site4", "site5", "site6", "site7", "site8"]

    /// All sessions, each with its plan of messages and inspectors.
    func sessions(_ plan: TrainingPlan) async throws -> SiteSessions {
        let names = Self.names.prefix(parties.count)
        let limits = SessionLimits(wait: .seconds(300), handshake: .seconds(300), farewell: .milliseconds(500))
        return try await SiteSessions.open(
            Array(names), roles: ("active", "passive"), protocols: [.training],
            plan: { one, other in Self.plan(one, other, plan.family) }, limits: limits,
            inspectors: { Self.inspectors($0, plan) })
    }

    private static func plan(_ one: String, _ other: String, _ family: ModelFamily) -> ProtocolPlan {
        let isOfHolders = one == names[0] && other == names[1]
        return ProtocolPlan([
            isOfHolders
                ? .init(.trainingOfHolders(family), parties: ["active": one, "passive": other])
                : .init(.trainingOfOthers(family), parties: ["holder": one, "other": other])
        ])
    }

    private static func inspectors(_ session: SessionDescription, _ plan: TrainingPlan) -> [any PayloadInspector] {
        let (own, peer) = (session.local.name, session.peer.name)
        let both = [own, peer].sorted { names.firstIndex(of: $0)! < names.firstIndex(of: $1)! }
        if both == Array(names[..<2]) {
            return [
                TrainingInspector(
                    session: session.id, active: names[0], moduli: ModulusRegister(), local: own, floor: plan.keyBits
                ) { _ in plan }
            ]
        }
        guard names[..<2].contains(both[0]), !names[..<2].contains(both[1]) else { return [] }
        return [
            OtherTrainingInspector(
                session: session.id, holder: both[0], role: both[0] == names[0] ? .active : .passive,
                index: names.firstIndex(of: both[1])! - 2, local: own, floor: plan.keyBits
            ) { _ in plan }
        ]
    }

    /// With the columns of the parties.
    func plan(_ plan: TrainingPlan) throws -> TrainingPlan {
        var made = plan
        let counts = try designs(plan).map(\.termCount)
        (made.activeColumns, made.passiveColumns) = (counts[0] + 1, counts[1])
        made.otherColumns = Array(counts[2...])
        return made
    }

    func designs(_ plan: TrainingPlan) throws -> [DesignMatrix] {
        try parties.map {
            try DesignMatrix($0.rows, columns: $0.columns, fractionBits: plan.family.featureFractionBits)
        }
    }

    private func tests(_ plan: TrainingPlan, _ designs: [DesignMatrix]) throws -> [DesignMatrix] {
        try kept.indices.map {
            try DesignMatrix(
                kept[$0], columns: parties[$0].columns, scalings: designs[$0].scalings,
                fractionBits: plan.family.featureFractionBits)
        }
    }

    /// All roles in one process, small keys.
    func train(
        _ given: TrainingPlan, offset: [Double]? = nil, weight: [Double]? = nil, survival: SurvivalColumns? = nil,
        levels: LevelCodes? = nil, levelsAt owner: Int = 1,
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> [Result<TrainingOutcome, any Error>] {
        let plan = try plan(given)
        let sessions = try await sessions(plan)
        return try await train(
            plan, offset: offset, weight: weight, survival: survival, levels: levels, levelsAt: owner, over: sessions,
            progress: progress)
    }

    func train(
        _ plan: TrainingPlan, offset: [Double]? = nil, weight: [Double]? = nil, survival: SurvivalColumns? = nil,
        levels: LevelCodes? = nil, levelsAt owner: Int = 1, over sessions: SiteSessions,
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> [Result<TrainingOutcome, any Error>] {
        let all = sessions.all
        let given = try inputs(
            plan, offset: offset, weight: weight, survival: survival, levels: levels, levelsAt: owner)
        return await withTaskGroup(of: (Int, Result<TrainingOutcome, any Error>).self) { group in
            for party in given.indices {
                group.addTask {
                    let outcome = await result {
                        try await run(party, given[party], plan, over: all[party], progress: progress)
                    }
                    return (party, outcome)
                }
            }
            var results: [Int: Result<TrainingOutcome, any Error>] = [:]
            for await (party, outcome) in group { results[party] = outcome }
            return given.indices.map { results[$0]! }
        }
    }

    func inputs(
        _ plan: TrainingPlan, offset: [Double]? = nil, weight: [Double]? = nil, survival: SurvivalColumns? = nil,
        levels: LevelCodes? = nil, levelsAt owner: Int = 1
    ) throws -> [Training.Input] {
        var inputs = try designs(plan).map { Training.Input(design: $0) }
        inputs[owner].levels = levels
        (inputs[0].offset, inputs[0].weight, inputs[0].survival) = (offset, weight, survival)
        for (party, test) in try tests(plan, inputs.map(\.design)).enumerated() { inputs[party].test = test }
        return inputs
    }

    /// One party's role, over its sessions by peer.
    func run(
        _ party: Int, _ input: Training.Input, _ plan: TrainingPlan, over own: [Int: Session],
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> TrainingOutcome {
        let (count, label, testLabel) = (parties.count, label, keptLabel)
        let used = (0..<count).filter { $0 != party && (party < 2 || $0 < 2) }.map { own[$0]! }
        return try await Self.ending(used) {
            switch party {
            case 0:
                try await MultipartyTraining.active(
                    input, label: label, testLabel: testLabel, plan: plan, keyFloor: plan.keyBits,
                    helper: own[1]!, others: (2..<count).map { own[$0]! }, progress: progress)
            case 1:
                try await MultipartyTraining.helper(
                    input, plan: plan, keyFloor: plan.keyBits, active: own[0]!,
                    others: (2..<count).map { own[$0]! }, progress: { _ in })
            default:
                try await MultipartyTraining.other(
                    party - 2, input, plan: plan, keyFloor: plan.keyBits, active: own[0]!, helper: own[1]!,
                    progress: { _ in })
            }
        }
    }

    /// What a party throws ends all its sessions.
    static func ending<Value: Sendable>(
        _ sessions: [Session], _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let first = sessions.first else { return try await body() }
        return try await first.run { _ in try await ending(Array(sessions.dropFirst()), body) }
    }
}
