import Foundation
import TestSupport
import Testing

extension EndToEndOfMany {
    /// Fits of three real processes that select columns: by a penalty, and those that follow from others.
    @Suite(.serialized) struct JointSelections {
        /// Of each kind of session, by both verifiers; the further party's are computed again.
        private func expectEvidence(_ sites: ManySites) async throws {
            let verified = try await Program.run(
                "verify", sites.results("registry"), "--replay", "--site", sites.site("registry"))
            #expect(verified.code == 0, "\(verified.output)\(verified.errors)")
            for check in ["M05", "R03"] { #expect(verified.output.contains("[\(check)] ok"), "\(verified.output)") }
            for (one, other) in [("registry", "hospital"), ("registry", "lab"), ("lab", "hospital")] {
                try await JointFits().expectSecond("\(sites.results(one))/transcripts/\(other)")
            }
            let merged = try await Program.run(["results", "merge"] + FittingParties.names.map { sites.results($0) })
            #expect(merged.code == 0, "\(merged.output)\(merged.errors)")
        }

        @Test(.stopsAHang)
        func elasticNet() async throws {
            let parties = try await FittingParties(
                job: FittingParties.job(
                    "transcript: {payloads: full}\nreveal: [coefficients, correlations, metrics]\nholdout: hash",
                    family: "linear, l1: 0.9, l2: 0.01"))
            let sites = parties.sites
            for (name, ended) in try await parties.run() {
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
                #expect(ended.output.contains("optimalityGap"), "\(ended.output)")
            }
            let found = try parties.estimates().filter { $0.key != "(Intercept)" }.map(\.value)
            #expect(found.count == 7 && found.contains(0) && found.contains { $0 != 0 })
            for (name, count) in zip(FittingParties.names, [1, 3, 3]) {
                let path = try parties.rows(name, "path.csv")
                #expect(path.count == 50 * count && path.first?["nonzero"] == "0")
                #expect(try parties.rows(name, "glance.csv").first?["l1"] == "0.9")
            }
            try await expectEvidence(sites)
        }

        @Test(.stopsAHang)
        func aColumnThatFollowsFromTwoOthers() async throws {
            let parties = try await FittingParties(
                job: FittingParties.job(
                    "transcript: {payloads: full}\nreveal: [coefficients, standard-errors]")
            ) { party, person, cells in
                guard party == 2 else { return cells }
                let of = FittingParties.columns(person)
                return "\(of.r[0]),\(of.age + of.m[0]),\(of.arm)"
            }
            for (name, ended) in try await parties.run() {
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
                #expect(ended.output.contains("\"leftOut\":1"), "\(ended.output)")
            }
            let (found, expected) = (try parties.estimates(), try FittedByHand(without: ["r2"]).coefficients)
            #expect(found.keys.contains("r2") == false || found["r2"]?.isNaN == true)
            for (term, value) in expected {
                #expect(abs(try #require(found[term]) - value) <= 1e-4 * max(1, abs(value)), "\(term)")
            }
            #expect(try parties.rows("registry", "coefficients.csv")[1]["note"]?.hasPrefix("left out") == true)
            try await expectEvidence(parties.sites)
        }
    }
}
