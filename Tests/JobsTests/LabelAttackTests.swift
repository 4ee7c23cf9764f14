import Jobs
import TestSupport
import Testing

/// What guard 1 is for: with few rows, X_B^T y gives every label away. Lattice reduction over the passive party's own
/// columns finds the only vector of zeros and ones that explains the sums.
@Suite struct LabelAttackTests {
    /// - Returns: the labels that a passive party finds from exact sums of its 16-bit columns over the rows with
    ///   label 1; nil when reduction ends without them.
    private func recoveredLabels(columns: [[Int]], sums: [Int]) -> [Int]? {
        let rows = columns[0].count
        let weight = 1 << 10
        // Rows (2 e_i, w x_i) and (1 ... 1, w X^T y): their combination with y is (+-1 ... +-1, 0 ... 0).
        var basis = (0..<rows).map { i in (0..<rows).map { $0 == i ? 2 : 0 } + columns.map { weight * $0[i] } }
        basis.append(Array(repeating: 1, count: rows) + sums.map { weight * $0 })
        var lattice = LatticeReduction(basis)
        lattice.run()
        for vector in lattice.basis {
            guard vector[..<rows].allSatisfy({ abs($0) == 1 }), vector[rows...].allSatisfy({ $0 == 0 }) else {
                continue
            }
            for sign in [1, -1] {
                let labels = vector[..<rows].map { (1 - sign * $0) / 2 }
                if sums == columns.map({ zip($0, labels).reduce(0) { $0 + $1.0 * $1.1 } }) { return labels }
            }
        }
        return nil
    }

    @Test func fewRowsGiveEveryLabelAwayAndAreRefused() throws {
        var generator = SplitMix(1)
        let rows = 30
        let columns = (0..<5).map { _ in (0..<rows).map { _ in Int.random(in: -32_768..<32_768, using: &generator) } }
        let labels = (0..<rows).map { _ in Int.random(in: 0...1, using: &generator) }
        let sums = columns.map { zip($0, labels).reduce(0) { $0 + $1.0 * $1.1 } }
        #expect(recoveredLabels(columns: columns, sums: sums) == labels)

        let job = try Job(yaml: Fixtures.wide("loosen: [guard-1, guard-4]\nlimits: {minimumCohort: 20}", features: 5))
        let entropy = GuardFacts.labelEntropy(events: labels.reduce(0, +), rows: rows)
        let finding = Guards.findings(job, GuardFacts(job: job, rows: rows, labelEntropy: entropy))
            .first { $0.number == 1 }
        #expect(finding?.verdict == .refused)
    }
}
