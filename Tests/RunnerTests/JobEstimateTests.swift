import Jobs
import Testing

@testable import Runner

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

    /// Each party's features, and what was measured of the whole job, all processes together on two cores (`Benchmarks/README.md`, Cost).
    struct Measured: Sendable {
        var family: String
        var model = ""
        var columns: [Int]
        var rows: Int
        var reveal = "coefficients, standard-errors"
        var relativeCost = 1.0
        var megabytes: Double
        var cpuSeconds: Double
        /// By the clock, where nothing else ran.
        var wallSeconds: Double?
        /// At the party that took most.
        var memory: Double?
    }

    @Test(arguments: [
        // On the portable path: examples/diabetes on another machine, examples/actg175.
        Measured(
            family: "linear", columns: [4, 6], rows: 377, relativeCost: 8.5, megabytes: 2.6, cpuSeconds: 24),
        Measured(
            family: "logistic", columns: [9, 2], rows: 1728,
            reveal: "coefficients, standard-errors, metrics", relativeCost: 8.5, megabytes: 67.2, cpuSeconds: 85),
        // examples/survival; three parties; examples/three, with AVX-512 IFMA.
        Measured(
            family: "cox", model: ", mostEvents: 500, times: [365, 730, 1000]", columns: [9, 2], rows: 1728,
            reveal: "coefficients, standard-errors, survival", megabytes: 279, cpuSeconds: 79, wallSeconds: 47,
            memory: 241),
        Measured(
            family: "cox", model: ", mostEvents: 450, times: [365, 730, 1000]", columns: [9, 6, 2], rows: 1649,
            reveal: "coefficients, standard-errors, survival", megabytes: 305, cpuSeconds: 94, wallSeconds: 56,
            memory: 283),
        Measured(
            family: "logistic", columns: [9, 2, 6], rows: 1649, reveal: "coefficients, standard-errors, metrics",
            megabytes: 82.7, cpuSeconds: 35, wallSeconds: 22, memory: 211),
    ])
    func measuredJobsLieInside(_ job: Measured) throws {
        let estimate = try estimate(job)
        #expect((estimate.leastBytes...estimate.mostBytes).contains(job.megabytes * 1e6), "\(estimate)")
        // Where the time by the clock was not kept, the CPU time stands for it: one core's.
        let seconds = estimate.leastSeconds...estimate.mostSeconds
        #expect(seconds.contains(job.wallSeconds ?? job.cpuSeconds), "\(estimate)")
        #expect(estimate.mostSeconds > job.cpuSeconds, "\(estimate)")
        if let memory = job.memory { #expect((0.7...1.4).contains(estimate.memory / (memory * 1e6)), "\(estimate)") }
        #expect(estimate.mostSeconds < 5 * estimate.leastSeconds && estimate.mostBytes < 5 * estimate.leastBytes)
        #expect(estimate.mostSeconds < 4 * job.cpuSeconds && estimate.leastSeconds < job.cpuSeconds, "\(estimate)")
        guard job.relativeCost > 1 else { return }
        var fast = job
        fast.relativeCost = 1
        let other = try self.estimate(fast)
        #expect(estimate.leastSeconds > 4 * other.leastSeconds && other.mostBytes == estimate.mostBytes)
    }

    /// More rows than twice the first period has room for, and more than any.
    @Test func rowsThatHaveNoRoom() throws {
        let job = try job("poisson", active: 3, passive: 3)
        func estimate(_ rows: Int) -> JobEstimate? {
            JobEstimate(job, rows: rows, ownIdentifiers: rows, relativeCost: 1)
        }
        #expect(estimate(40_000) != nil && estimate(1 << 40) == nil && estimate(.max) == nil)
        let check = JobEstimate.check(nil, rows: 1 << 30, of: job)
        #expect(
            check?.verdict == .warning && check?.detail.contains("tooManyRows") == true, "\(String(describing: check))")
        #expect(JobEstimate.check(nil, rows: .max, of: job)?.verdict == .warning)
    }

    private func estimate(_ measured: Measured) throws -> JobEstimate {
        var parties: [String] = []
        for (place, columns) in measured.columns.enumerated() {
            let names = (0..<columns).map { "c\(place)x\($0)" }.joined(separator: ", ")
            let label = measured.family == "cox" ? "label: y, time: t" : "label: y"
            parties.append(
                "  - {name: s\(place), role: \(place == 0 ? "active" : "passive"), identifier: id, "
                    + (place == 0 ? "\(label), " : "") + "features: [\(names)]}")
        }
        let several = measured.columns.count > 2
        let job = try Job(
            yaml: """
                moiety: \(several ? 12 : 8)
                title: Measured
                parties:
                \(parties.joined(separator: "\n"))
                \(several ? "helper: s1" : "")
                model: {family: \(measured.family)\(measured.model)}
                keys: {bits: 2048}
                reveal: [\(measured.reveal)]
                """)
        return try #require(
            JobEstimate(
                job, rows: measured.rows, ownIdentifiers: measured.rows, relativeCost: measured.relativeCost))
    }

    @Test func shortNoncesCostLess() throws {
        func estimate(_ nonces: String) throws -> JobEstimate {
            try #require(
                JobEstimate(
                    try job("logistic", active: 3, passive: 3, nonces: nonces), rows: 10_000, ownIdentifiers: 10_000,
                    relativeCost: 1))
        }
        let (short, half) = (try estimate("short"), try estimate("half"))
        #expect(short.mostSeconds < half.mostSeconds && short.leastSeconds < half.leastSeconds)
        #expect(short.mostBytes == half.mostBytes)
    }

    /// 20,000 by 20,000: 7 CPU s, 2 MB, on any processor.
    @Test func curveAlignmentsCostTheSameEverywhere() throws {
        let terms = "\nalignment: {protocol: ecdh-p256}"
        func estimate(_ identifiers: Int, _ cost: Double, curve: Bool) throws -> JobEstimate {
            try #require(
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
                            """), rows: 100, ownIdentifiers: identifiers, relativeCost: cost))
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
            "\(try #require(JobEstimate(try job("logistic", active: 2, passive: 2), rows: 400, ownIdentifiers: 500, relativeCost: 1)))"
        #expect(text.contains("MB") && text.contains(" s"), "\(text)")
    }
}
