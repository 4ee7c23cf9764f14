import Foundation
import TestSupport
import Testing

extension EndToEndOfMany.JointFits {
    /// Of the 120 people that all three have, by Efron, with delayed entry and two strata, on the joined table: from a program of its own
    /// in Python, which agrees with lifelines 0.30 to `3 10^-6` and with statsmodels 0.14's PHReg to `10^-15`.
    private static let pooled: [String: (estimate: Double, error: Double)] = [
        "age": (0.03004356, 0.00705286), "m1": (-0.05845568, 0.01253553), "m2": (0.01875930, 0.00931673),
        "m3": (0.00602916, 0.01339049), "r1": (-0.04753392, 0.01454125), "r2": (0.00185546, 0.00932539),
        "arm": (0.54099759, 0.25044572),
    ]
    /// Likelihood ratio, Rao's and Wald's statistic.
    private static let tests = ["statistic.log": 47.237802, "statistic.sc": 44.579579, "statistic.wald": 41.785572]
    /// Survival at 32 days, by centre.
    private static let survival = ["0": 0.71393268, "1": 0.69815788]
    /// Of a column of a party that is neither the active one nor the helper, over the strata: from a program of its own, which agrees with statsmodels 0.14 in each.
    private static let logrank = (sizes: ["48", "72"], observed: ["24", "60"], statistic: 5.189213)

    private static let job = FittingParties.job(
        "transcript: {payloads: full}\nreveal: [coefficients, standard-errors, survival, logrank]", helper: "lab",
        family: "cox, ties: efron, mostEvents: 90, times: [32], mostStrata: 2, groups: arm"
    ).replacing("label: outcome", with: "label: outcome, time: days, entry: entered, strata: centre")

    /// Delayed entry, strata, tests, a survival curve at the active party; verified, by the second verifier too, and replayed.
    @Test(.stopsAHang)
    func threePartiesFitHazardsVerifyAndReplay() async throws {
        let parties = try await FittingParties(job: Self.job, rows: 120, hasTimes: true)
        let sites = parties.sites
        let explained = try await Program.run("job", "explain", sites.job, "--site", sites.site("registry"))
        let words = explained.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for line in ["of events no order and no row", "time days", "nobody can audit it"] {
            #expect(words.contains(line), "\(explained.output)")
        }
        #expect(!words.contains("intercept on the raw scale"))
        for (name, ended) in try await parties.run() {
            try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
        }
        let (estimates, errors) = (try parties.estimates(), try parties.estimates("std.error"))
        #expect(Set(estimates.keys) == Set(Self.pooled.keys))
        for (term, wanted) in Self.pooled {
            let (estimate, error) = (try #require(estimates[term]), try #require(errors[term]))
            #expect(abs(estimate - wanted.estimate) < 0x1p-11 * wanted.error, "\(term): \(estimate)")
            #expect(abs(error / wanted.error - 1) < 1e-3, "\(term): \(error)")
        }
        let fit = try #require(parties.rows("hospital", "glance.csv").first)
        #expect(fit["nevent"] == "84" && fit["parameters"] == "7", "\(fit)")
        for (name, wanted) in Self.tests {
            let found = try #require(fit[name].flatMap { Double($0) })
            #expect(abs(found - wanted) < 1e-3 * wanted, "\(name): \(found)")
        }
        let curve = try parties.rows("hospital", "survival.csv")
        #expect(curve.compactMap { $0["n.event"] } == ["24", "12"])
        for point in curve {
            let wanted = try #require(Self.survival[point["stratum"] ?? ""])
            #expect(abs((Double(point["surv"] ?? "") ?? 0) - wanted) < 1e-3, "\(point)")
        }
        let levels = try parties.rows("hospital", "logrank.csv")
        #expect(levels.map { $0["n"] } == Self.logrank.sizes && levels.map { $0["observed"] } == Self.logrank.observed)
        #expect(abs((Double(levels[0]["statistic"] ?? "") ?? 0) - Self.logrank.statistic) < 1e-3, "\(levels)")
        try await demandEvidence(of: parties)
        for name in ["lab", "registry"] {
            for file in ["survival.csv", "logrank.csv"] {
                #expect(!FileManager.default.fileExists(atPath: "\(sites.results(name))/\(file)"))
            }
        }
    }

    /// All folders together, each session by the second verifier, and the helper's side, which takes part in all, replayed. (All three roles
    /// are replayed from small keys in `SplitRegressionTests`, and from these in a linear fit.)
    private func demandEvidence(of parties: FittingParties) async throws {
        let sites = parties.sites
        let verified = try await Program.run(
            "verify", sites.results("lab"), "--replay", "--site", sites.site("lab"))
        #expect(verified.code == 0, "\(verified.output)\(verified.errors)")
        for check in ["M02", "M03", "M05", "R01", "R02", "R03"] {
            #expect(verified.output.contains("[\(check)] ok"), "\(verified.output)")
        }
        let script = Repository.root.appending(path: "scripts/verify-transcript").path
        for (name, other) in FittingParties.sessions {
            let transcript = "\(sites.results(name))/transcripts/\(other)"
            let told = try await Running("/usr/bin/env", ["python3", script, transcript], in: nil, input: nil).wait()
            // 127: there is no Python here.
            #expect(told.output.hasSuffix("VALID\n") || told.code == 127, "\(told.output)\(told.errors)")
        }
        let together = try await Program.run(
            "verify", sites.results("hospital"), "--with", sites.results("lab"), "--with", sites.results("registry"))
        #expect(together.code == 0 && together.output.contains("[M04] ok"), "\(together.output)")
    }
}
