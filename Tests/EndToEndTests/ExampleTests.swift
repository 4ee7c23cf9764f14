import Foundation
import Records
import TestSupport
import Testing

extension EndToEndOfExamples {
    /// Each example by its own script; its results against the fit of the joined table.
    @Suite(.serialized) struct Examples {
        @Test(.stopsAHang)
        func diabetes() async throws {
            let work = try await run("diabetes")
            try expectPooled(work, "diabetes/pooled-standardised.csv", standardErrors: "diabetes/pooled.csv")
            try expectIntersection(work, "diabetes", column: "nhs_number", normalise: { $0 })
            try await expectVerified(work)
        }

        @Test(.stopsAHang)
        func breast() async throws {
            let work = try await run("breast")
            try expectPooled(work, "breast/pooled-standardised.csv", standardErrors: nil)
            try expectIntersection(work, "breast", column: "mrn", normalise: { $0 })
            try await expectVerified(work)
        }

        @Test(.stopsAHang)
        func actg175() async throws {
            let work = try await run("actg175")
            try expectPooled(work, "actg175/pooled-standardised.csv", standardErrors: "actg175/pooled.csv")
            try expectIntersection(work, "actg175", column: "USUBJID", normalise: { $0 })
            try await expectVerified(work)
        }

        /// Committed transcripts still verify, and what tampering does to them is what the example says.
        @Test(.stopsAHang)
        func verify() async throws {
            let work = try await run("verify")
            let account = try String(contentsOfFile: work.path("account.txt"), encoding: .utf8)
            #expect(account.contains("approved by Grace Lab") && account.hasSuffix("VALID\n"))
            #expect(account.contains("bulk messages only the hash is kept"))
        }

        private func run(_ name: String) async throws -> TemporaryFolder {
            let work = try TemporaryFolder()
            let ended = try await Program.script(example("\(name)/run.sh"), [work.path])
            try #require(ended.code == 0, "\(ended.output)\(ended.errors)")
            return work
        }

        /// 1e-4 on the standardised scale, or 0.5% of a standard error; standard errors within 0.1%.
        private func expectPooled(_ work: TemporaryFolder, _ pooled: String, standardErrors: String?) throws {
            var found: [String: [String: String]] = [:]
            for site in TwoSites.names {
                for row in try rows(work.path("\(site)-results/coefficients.csv")) { found[row["term"] ?? ""] = row }
            }
            let reference = try rows(example(pooled))
            #expect(found.count == reference.count)
            for row in reference {
                let own = try #require(found[row["term"] ?? ""], "no term \(row["term"] ?? "")")
                let difference = try #require(number(own["estimate.standardised"])) - #require(number(row["estimate"]))
                let allowed = max(1e-4, 0.005 * (number(row["std.error"]) ?? 0))
                #expect(abs(difference) <= allowed, "\(row["term"] ?? ""): \(difference)")
                #expect(own["party"] == row["party"])
            }
            guard let standardErrors else { return }
            for row in try rows(example(standardErrors)) {
                let own = try #require(found[row["term"] ?? ""])
                let expected = try #require(number(row["std.error"]))
                #expect(abs(try #require(number(own["std.error"])) / expected - 1) < 1e-3, "\(row["term"] ?? "")")
            }
        }

        private func expectIntersection(
            _ work: TemporaryFolder, _ name: String, column: String, normalise: (String) -> String
        ) throws {
            let expected = try String(contentsOfFile: example("\(name)/intersection_ids.txt"), encoding: .utf8)
                .split(separator: "\n").map(String.init)
            let path = work.path("hospital-results/intersection.csv")
            let found = try rows(path).map { normalise($0[column] ?? "") }
            #expect(found.sorted() == expected.sorted())
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            // The order is the same on both sides.
            let lab = try Table.read(csv: work.path("lab-results/intersection.csv"))
            #expect((0..<lab.rowCount).map { normalise(lab.columns[1].text(at: $0)) } == found)
        }

        private func expectVerified(_ work: TemporaryFolder) async throws {
            let own = work.path("hospital-results/transcript")
            let peer = work.path("lab-results/transcript")
            let good = try await Program.run(
                "verify", own, "--peer-transcript", peer, "--site", work.path("hospital"), "--format", "json")
            #expect(good.code == 0, "\(good.output)")
            let script = example("../scripts/verify-transcript")
            let second = try await Running("/usr/bin/env", ["python3", script, own], in: nil, input: nil).wait()
            // 127: there is no Python here.
            #expect(second.output.hasSuffix("VALID\n") || second.code == 127, "\(second.output)\(second.errors)")
            let log = "\(own)/log/hospital~lab.log"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: log))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(fileURLWithPath: log))
            let bad = try await Program.run("verify", own)
            #expect(bad.code == 2, "\(bad.output)")
            #expect(bad.output.contains("INVALID"))
        }

        private func rows(_ path: String) throws -> [[String: String]] {
            let table = try Table.read(csv: path)
            return (0..<table.rowCount).map { row in
                Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, $0.text(at: row)) })
            }
        }

        private func number(_ text: String?) -> Double? { text.flatMap { Double($0) } }
    }
}
