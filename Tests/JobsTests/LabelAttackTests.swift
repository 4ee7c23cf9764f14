import Jobs
import TestSupport
import Testing

/// What the budget is for: with few rows, sums of columns over the rows with label 1 give every label away. Lattice reduction over the passive party's own
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

        let job = try Job(yaml: Fixtures.wide("limits: {minimumCohort: 20}", features: 5))
        let hidden = HiddenBits(label: labels.map(Double.init), named: "y")
        // Five numbers of 16 bits are more than half of 30 labels hold; so are five coefficients.
        #expect(OpenedBits(job, rows: rows, to: .passive).coefficients > Int(hidden.bits / 2))
        let finding = BitBudget(job, rows: rows, owner: .active, hidden: hidden).finding(earlier: 0, inAll: 0)
        #expect(finding.verdict == .refused)
    }
}
