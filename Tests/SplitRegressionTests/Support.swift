import Foundation
import Paillier
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// Two sessions over an in-process channel.
struct SessionPair {
    let active: Session
    let passive: Session
    /// What each kept of both directions.
    let activeLog: MemoryRecorder
    let passiveLog: MemoryRecorder

    /// - Parameter inspecting: a training's plan, by which the active side inspects every message as it is sent or received.
    static func open(
        family: ModelFamily, seed: UInt8 = 0, plan: ProtocolPlan? = nil, inspecting training: TrainingPlan? = nil
    ) async throws -> SessionPair {
        let plan =
            plan ?? ProtocolPlan([.init(.training(family), parties: ["active": "hospital", "passive": "lab"])])
        let limits = SessionLimits(wait: .seconds(300), handshake: .seconds(300), farewell: .milliseconds(500))
        var sides = Sides(job: Bytes32(hashing: [seed]), protocols: [.training], plan: plan, limits: limits)
        if let training {
            sides.inspectingA = { description in
                [
                    TrainingInspector(
                        session: description.id, active: "hospital", moduli: ModulusRegister(), local: "hospital",
                        floor: training.keyBits
                    ) { _ in training }
                ]
            }
        }
        let pair = try await sides.opened()
        return SessionPair(
            active: pair.a, passive: pair.b, activeLog: pair.recorderA, passiveLog: pair.recorderB)
    }
}

/// One of the example tables, cut to its aligned rows.
struct Cohort {
    let active: AlignedRows
    let passive: AlignedRows
    let activeColumns: [ColumnSpec]
    let passiveColumns: [ColumnSpec]
    let label: LabelColumn

    static var examples: URL {
        Repository.root.appending(path: "examples")
    }

    init(_ name: String, id: (String, String), label: ColumnSpec, active: [ColumnSpec]?, passive: [ColumnSpec]?) throws
    {
        let folder = Self.examples.appendingPathComponent(name)
        let hospital = try Table.read(csv: folder.appendingPathComponent("hospital/hospital.csv").path)
        let lab = try Table.read(csv: folder.appendingPathComponent("lab/lab.csv").path)
        let idA = try hospital.identifiers(IdentifierRule(column: id.0, normaliser: .raw))
        let idB = try lab.identifiers(IdentifierRule(column: id.1, normaliser: .raw))
        let text = try String(contentsOf: folder.appendingPathComponent("intersection_ids.txt"), encoding: .utf8)
        let common = text.split(separator: "\n").map { Array($0.utf8) }
        func positions(_ identifiers: Identifiers) -> [Int] {
            let places = Dictionary(uniqueKeysWithValues: (0..<identifiers.count).map { (Array(identifiers[$0]), $0) })
            return common.map { places[$0]! }
        }
        self.active = try hospital.rows(at: positions(idA), of: idA)
        self.passive = try lab.rows(at: positions(idB), of: idB)
        activeColumns = active ?? hospital.columnNames.filter { $0 != id.0 && $0 != label.name }.map { .numeric($0) }
        passiveColumns = passive ?? lab.columnNames.filter { $0 != id.1 }.map { .numeric($0) }
        self.label = try LabelColumn(self.active, label)
    }

    static func actg175() throws -> Cohort {
        try Cohort(
            "actg175", id: ("USUBJID", "USUBJID"), label: .binary("cens"),
            active: ["age", "wtkg", "hemo", "homo", "drugs", "karnof", "race", "gender", "symptom"].map {
                .numeric($0)
            },
            passive: ["cd40", "cd80"].map { .numeric($0) })
    }

    static func breast() throws -> Cohort {
        try Cohort("breast", id: ("mrn", "mrn"), label: .binary("benign"), active: nil, passive: nil)
    }

    static func diabetes() throws -> Cohort {
        try Cohort("diabetes", id: ("nhs_number", "nhs_no"), label: .numeric("progression"), active: nil, passive: nil)
    }

    /// A pooled reference table: term to values by column name.
    static func pooled(_ name: String, _ file: String = "pooled-standardised.csv") throws -> [String: [String: Double]]
    {
        let table = try Table.read(csv: examples.appendingPathComponent("\(name)/\(file)").path)
        var result: [String: [String: Double]] = [:]
        for row in 0..<table.rowCount {
            var values: [String: Double] = [:]
            for column in table.columnNames where column != "term" && column != "party" {
                values[column] = Double(try table.column(named: column).text(at: row))
            }
            result[try table.column(named: "term").text(at: row)] = values
        }
        return result
    }

    /// Both roles in one process, small keys.
    func train(
        _ plan: TrainingPlan, progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> (active: TrainingOutcome, passive: TrainingOutcome) {
        let bits = plan.family.featureFractionBits
        let inputA = Training.Input(design: try DesignMatrix(active, columns: activeColumns, fractionBits: bits))
        let inputB = Training.Input(design: try DesignMatrix(passive, columns: passiveColumns, fractionBits: bits))
        var plan = plan
        plan.activeColumns = inputA.design.termCount + 1
        plan.passiveColumns = inputB.design.termCount
        let shared = plan
        let pair = try await SessionPair.open(family: plan.family, inspecting: shared)
        let label = label.values
        async let a = pair.active.run { session in
            try await Training.active(
                inputA, label: label, testLabel: [], plan: shared, keyFloor: shared.keyBits, over: session,
                progress: progress)
        }
        async let b = pair.passive.run { session in
            try await Training.passive(inputB, plan: shared, keyFloor: shared.keyBits, over: session) { _ in }
        }
        return try await (a, b)
    }
}

extension TrainingPlan {
    /// A plan that reveals all but scores; the columns are set from the cohort.
    init(
        family: ModelFamily, l2: Double = 0, l1: Double = 0, maximumPasses: Int = 60, keyBits: Int,
        revealScores: Bool = false
    ) {
        self.init(
            family: family, activeColumns: 0, passiveColumns: 0, l2: l2, l1: l1, maximumPasses: maximumPasses,
            keyBits: keyBits, standardErrors: true, revealScores: revealScores, revealFit: true)
    }
}
