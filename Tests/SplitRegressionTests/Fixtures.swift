import Bignum
import Foundation
import Paillier
import Records
import TestSupport
import Wire

@testable import SplitRegression

/// Keys too small for use, made once.
enum SmallKeys {
    static func key(bits: Int) throws -> PrivateKey { try (bits == 512 ? made512 : made768).get() }

    private static let made512 = make(bits: 512)
    private static let made768 = make(bits: 768)

    private static func make(bits: Int) -> Result<PrivateKey, any Error> {
        Result {
            var generator = SplitMix(UInt64(bits))
            return try PrivateKey.generateUnchecked(bits: bits, using: &generator)
        }
    }
}

/// Two parties' tables made in a test: columns by name, rows already in common order.
struct MadeTable {
    let active: [String: [Double]]
    let passive: [String: [Double]]
    let label: [Double]

    /// Standard normal-ish columns and a label that depends on all of them.
    static func sample(_ family: ModelFamily, rows: Int, active: Int, passive: Int, seed: UInt64) -> MadeTable {
        var generator = SplitMix(seed)
        func column() -> [Double] {
            (0..<rows).map { _ in generator.uniform(-1...1) + generator.uniform(-1...1) + generator.uniform(-1...1) }
        }
        var a: [String: [Double]] = [:]
        var b: [String: [Double]] = [:]
        var signal = Array(repeating: 0.2, count: rows)
        for j in 0..<active + passive {
            let values = column()
            for i in 0..<rows { signal[i] += (j % 2 == 0 ? 0.5 : -0.4) * values[i] }
            if j < active { a["a\(j)"] = values } else { b["b\(j - active)"] = values }
        }
        let label = signal.map { signal in
            family == .linear
                ? signal + generator.uniform(-1...1)
                : generator.uniform(0...1) < ResponseFamily.mean(signal) ? 1.0 : 0.0
        }
        return MadeTable(active: a, passive: b, label: label)
    }

    /// - Parameter kept: rows kept aside, under the scalings of these.
    func input(
        _ side: KeyPath<MadeTable, [String: [Double]]>, fractionBits: Int, kept: MadeTable? = nil
    ) throws -> Training.Input {
        let rows = try aligned(side)
        let columns = self[keyPath: side].keys.sorted().map { ColumnSpec.numeric($0) }
        let design = try DesignMatrix(rows, columns: columns, fractionBits: fractionBits)
        return Training.Input(
            design: design,
            test: try kept.map {
                try DesignMatrix(
                    try $0.aligned(side), columns: columns, scalings: design.scalings, fractionBits: fractionBits)
            })
    }

    func aligned(_ side: KeyPath<MadeTable, [String: [Double]]>) throws -> AlignedRows {
        let columns = self[keyPath: side]
        let names = columns.keys.sorted()
        var text = (["id"] + names).joined(separator: ",") + "\n"
        for row in label.indices {
            text += ([String(row)] + names.map { "\(columns[$0]![row])" }).joined(separator: ",") + "\n"
        }
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).csv")
        try text.write(to: url, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: url) }
        let table = try Table.read(csv: url.path)
        let identifiers = try table.identifiers(IdentifierRule(column: "id", normaliser: .raw))
        return try table.rows(at: Array(label.indices), of: identifiers)
    }
}

extension MadeTable {
    /// What the two sides of a training came to.
    struct Outcome: Sendable {
        let active: Result<TrainingOutcome, any Error>
        let passive: Result<TrainingOutcome, any Error>

        func get() throws -> (active: TrainingOutcome, passive: TrainingOutcome) {
            (try active.get(), try passive.get())
        }
    }

    /// Both roles in one process, small keys.
    func train(
        _ plan: TrainingPlan, offset: [Double]? = nil, weight: [Double]? = nil, survival: SurvivalColumns? = nil,
        kept: MadeTable? = nil, levels: (active: LevelCodes?, passive: LevelCodes?) = (nil, nil),
        openings: TrainingOpenings = TrainingOpenings()
    ) async throws -> Outcome {
        let bits = plan.family.featureFractionBits
        var own = try input(\.active, fractionBits: bits, kept: kept)
        (own.offset, own.weight, own.survival) = (offset, weight, survival)
        own.levels = levels.active
        var other = try input(\.passive, fractionBits: bits, kept: kept)
        other.levels = levels.passive
        let (inputA, inputB) = (own, other)
        var made = plan
        (made.activeColumns, made.passiveColumns) = (active.count + 1, passive.count)
        let plan = made
        let pair = try await SessionPair.open(family: plan.family, inspecting: plan)
        let (label, testLabel) = (label, kept?.label ?? [])
        async let a = result {
            try await pair.active.run { session in
                try await Training.active(
                    inputA, label: label, testLabel: testLabel, plan: plan, keyFloor: plan.keyBits, over: session,
                    openings: openings
                ) { _ in }
            }
        }
        async let b = result {
            try await pair.passive.run { session in
                try await Training.passive(inputB, plan: plan, keyFloor: plan.keyBits, over: session) { _ in }
            }
        }
        return Outcome(active: await a, passive: await b)
    }
}
