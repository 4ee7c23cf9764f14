import Jobs
import Testing

/// Whole jobs, both parties together, measured on the portable path (2 cores, Xeon Cascade Lake).
@Suite struct JobEstimateTests {
    private func job(_ family: String, active: Int, passive: Int, nonces: String = "half") throws -> Job {
        func names(_ prefix: String, _ count: Int) -> String {
            (0..<count).map { "\(prefix)\($0)" }.joined(separator: ", ")
        }
        return try Job(
            yaml: """
                moiety: 8
                title: Measured
                parties:
                  - {name: a, role: active, identifier: id, label: y, features: [\(names("u", active))]}
                  - {name: b, role: passive, identifier: id, features: [\(names("v", passive))]}
                model: {family: \(family)}
                keys: {bits: 2048, nonces: \(nonces)}
                reveal: [coefficients, standard-errors]
                """)
    }

    @Test(arguments: [
        // examples/diabetes and examples/actg175 as shipped.
        ("linear", 4, 6, 377, 2.46, 24), ("logistic", 9, 2, 1728, 96.1, 187),
    ])
    func measuredJobsLieInside(
        _ family: String, _ active: Int, _ passive: Int, _ rows: Int, _ mebibytes: Double, _ cpuSeconds: Double
    ) throws {
        let estimate = JobEstimate(
            try job(family, active: active, passive: passive, nonces: "short"), rows: rows, ownIdentifiers: rows,
            relativeCost: 8.5)
        #expect((estimate.leastBytes...estimate.mostBytes).contains(mebibytes * 1_048_576), "\(estimate)")
        // Both parties' CPU time: by the clock, on two cores each, between a quarter and all of it.
        #expect(estimate.leastSeconds < cpuSeconds && estimate.mostSeconds > cpuSeconds / 4, "\(estimate)")
        #expect(estimate.mostSeconds < 4 * cpuSeconds, "\(estimate)")
        let fast = JobEstimate(
            try job(family, active: active, passive: passive, nonces: "short"), rows: rows, ownIdentifiers: rows,
            relativeCost: 1)
        #expect(estimate.leastSeconds > 4 * fast.leastSeconds && fast.mostBytes == estimate.mostBytes)
    }

    @Test func shortNoncesCostLess() throws {
        func estimate(_ nonces: String) throws -> JobEstimate {
            JobEstimate(
                try job("logistic", active: 3, passive: 3, nonces: nonces), rows: 10_000, ownIdentifiers: 10_000,
                relativeCost: 1)
        }
        let (short, half) = (try estimate("short"), try estimate("half"))
        #expect(short.mostSeconds < half.mostSeconds && short.leastSeconds < half.leastSeconds)
        #expect(short.mostBytes == half.mostBytes)
    }

    /// 20,000 by 20,000: 7 CPU s, 2 MB, on any processor.
    @Test func curveAlignmentsCostTheSameEverywhere() throws {
        let terms = "\nalignment: {protocol: ecdh-p256}"
        func estimate(_ identifiers: Int, _ cost: Double, curve: Bool) throws -> JobEstimate {
            JobEstimate(
                try Job(
                    yaml: """
                        moiety: 8
                        title: Measured
                        parties:
                          - {name: a, role: active, identifier: id, label: y, features: [u]}
                          - {name: b, role: passive, identifier: id, features: [v]}
                        model: {family: linear}
                        keys: {bits: 2048}\(curve ? terms : "")
                        """), rows: 100, ownIdentifiers: identifiers, relativeCost: cost)
        }
        /// What 20,000 identifiers cost above 100.
        func difference(_ cost: Double, curve: Bool) throws -> (seconds: Double, bytes: Double) {
            let (many, few) = (try estimate(20_000, cost, curve: curve), try estimate(100, cost, curve: curve))
            return (many.mostSeconds - few.mostSeconds, many.mostBytes - few.mostBytes)
        }
        let (curve, slow) = (try difference(1, curve: true), try difference(8, curve: true))
        #expect((5.0...9).contains(curve.seconds) && abs(curve.seconds - slow.seconds) < 1e-6)
        #expect((1.5e6...3e6).contains(curve.bytes))
        let paillier = try difference(8, curve: false)
        #expect(paillier.seconds > 3 * curve.seconds && paillier.bytes > 3 * curve.bytes)
    }

    @Test func wordsHaveUnits() throws {
        let text =
            "\(JobEstimate(try job("logistic", active: 2, passive: 2), rows: 400, ownIdentifiers: 500, relativeCost: 1))"
        #expect(text.contains("MB") && text.contains(" s"), "\(text)")
    }
}
