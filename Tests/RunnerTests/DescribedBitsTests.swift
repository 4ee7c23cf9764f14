import Jobs
import Records
import SplitRegression
import TestSupport
import Testing

@testable import Runner

/// The bound of a description's bits, against what the numbers of some cohort take.
@Suite struct DescribedBitsTests {
    private func job(weights: Bool) throws -> Job {
        try Job(
            yaml: """
                moiety: 8
                title: Bits
                parties:
                  - name: hospital
                    role: active
                    identifier: id
                    label: y
                    \(weights ? "weights: w" : "table: a")
                    group: {column: arm, levels: [a, b, c]}
                    features: [age, {column: smoker, type: binary}]
                  - name: lab
                    role: passive
                    identifier: id
                    features: [m, {column: grade, type: categorical, levels: [I, II, III], reference: I}]
                model: {family: linear}
                reveal: [\(weights ? "description, weighted-description" : "description")]
                """)
    }

    @Test(arguments: [false, true])
    func boundHolds(_ weights: Bool) throws {
        let job = try job(weights: weights)
        let plan = DescriptionPlan(job)
        var generator = SplitMix(5)
        for rows in [50, 377, 4096, 100_000] {
            let shape = try #require(plan.shape(rows: rows, activeValues: [0], passiveValues: [0]))
            for _ in 0..<50 {
                let first = Int.random(in: 11...rows - 22, using: &generator)
                let second = Int.random(in: 11...rows - 11 - first, using: &generator)
                let sizes = [first, second, rows - first - second].map { count in
                    let weight =
                        weights ? UInt64.random(in: 1 << 20...UInt64(count) << 20, using: &generator) : UInt64(count)
                    return GroupSize(rows: UInt64(count), weight: weight, squares: weight)
                }
                let numbers = shape.numbers(shown: Array(repeating: true, count: 4), sizes)
                let bits = numbers.filter { $0.column >= 2 }.reduce(0) { $0 + $1.bits }
                let bound = DescribedBits(job, rows: rows, from: job.passive, to: job.active)
                #expect(bits <= bound.sums, "\(rows) \(sizes.map(\.rows))")
                let own = numbers.filter { $0.column < 2 }.reduce(0) { $0 + $1.bits }
                #expect(own <= DescribedBits(job, rows: rows, from: job.active, to: job.passive).own)
                #expect(bound.cells >= shape.passiveCells)
            }
        }
    }
}
