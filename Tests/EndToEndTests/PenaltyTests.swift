import Foundation
import Records
import TestSupport
import Testing

extension EndToEnd {
    /// An elastic net, robust errors, cross-validation and sums over rows kept aside, between real processes, to the files and the verdicts.
    @Suite(.serialized) struct PenaltiesAndErrors {
        private static func sites(_ edit: (String) -> String) async throws -> TwoSites {
            let lab =
                "id,m1,m2,m3\n"
                + (0..<150).map { "P\(1000 + $0),\($0 * 11 % 37),\($0 * 17 % 41),\($0 * 5 % 31)\n" }.joined()
            let sites = try await Small.sites(
                job: edit(Small.job(features: "[m1, m2, m3]", payloads: "full")), hospital: Small.hospital(150),
                lab: lab)
            try await sites.approve()
            let (hospital, other) = try await sites.run()
            #expect(hospital.code == 0 && other.code == 0, "\(hospital.errors)\(other.errors)")
            return sites
        }

        private static func rows(_ path: String) throws -> [[String: String]] {
            let table = try Table.read(csv: path)
            return try (0..<table.rowCount).map { row in
                try Dictionary(
                    uniqueKeysWithValues: table.columnNames.map { ($0, try table.column(named: $0).text(at: row)) })
            }
        }

        /// By both verifiers, and computed again by each side.
        private static func expectEvidence(_ sites: TwoSites) async throws {
            for name in TwoSites.names {
                let replayed = try await Program.run(
                    "verify", sites.results(name), "--replay", "--site", sites.site(name))
                #expect(replayed.code == 0 && replayed.output.contains("[R03] ok"), "\(replayed.output)")
            }
            let script = Repository.root.appending(path: "scripts/verify-transcript").path
            let transcript = "\(sites.results("hospital"))/transcript"
            let told = try await Running("/usr/bin/env", ["python3", script, transcript], in: nil, input: nil).wait()
            // 127: there is no Python here.
            #expect(told.output.hasSuffix("VALID\n") || told.code == 127, "\(told.output)\(told.errors)")
        }

        @Test(.stopsAHang)
        func elasticNet() async throws {
            let sites = try await Self.sites {
                $0.replacing("{family: linear}", with: "{family: linear, l1: 0.03, l2: 0.01}").replacing(
                    "reveal: [coefficients]", with: "reveal: [coefficients, correlations, metrics]\nholdout: hash")
            }
            var found: [Double] = []
            for name in TwoSites.names {
                let terms = try Self.rows("\(sites.results(name))/coefficients.csv")
                found += terms.filter { $0["term"] != "(Intercept)" }.compactMap { Double($0["estimate"] ?? "") }
                #expect(terms.allSatisfy { $0["std.error"] == "NA" })
                let path = try Self.rows("\(sites.results(name))/path.csv")
                #expect(path.count == 50 * (name == "hospital" ? 1 : 3))
                #expect(path.first?["nonzero"] == "0")
                #expect(try Self.rows("\(sites.results(name))/glance.csv").first?["l1"] == "0.03")
            }
            #expect(found.count == 4 && found.contains(0) && found.contains { $0 != 0 })
            let measures = try Self.rows("\(sites.results("hospital"))/evaluation.csv").filter {
                $0["rows"] == "held-out"
            }
            #expect(measures.map { $0["measure"] } == ["n", "observed", "r.squared", "rmse"])
            let theirs = try Self.rows("\(sites.results("lab"))/evaluation.csv")
            #expect(theirs.map { $0["measure"] } == ["n", "rmse"])
            #expect(!FileManager.default.fileExists(atPath: "\(sites.results("hospital"))/deciles.csv"))
            try await Self.expectEvidence(sites)
        }

        @Test(.stopsAHang)
        func robustErrorsAndFolds() async throws {
            let sites = try await Self.sites {
                $0.replacing("{family: linear}", with: "{family: linear, covariance: HC1}").replacing(
                    "reveal: [coefficients]",
                    with: "reveal: [coefficients, standard-errors, metrics]\ncrossValidation: 5")
            }
            for name in TwoSites.names {
                #expect(try Self.rows("\(sites.results(name))/glance.csv").first?["vcov"] == "HC1")
                let terms = try Self.rows("\(sites.results(name))/coefficients.csv")
                #expect(terms.allSatisfy { (Double($0["std.error"] ?? "") ?? 0) > 0 })
                let measures = try Self.rows("\(sites.results(name))/evaluation.csv")
                #expect(measures.allSatisfy { $0["rows"] == "cross-validated" })
                #expect(
                    measures.map { $0["measure"] }
                        == (name == "lab" ? ["n", "rmse"] : ["n", "observed", "r.squared", "rmse"]))
            }
            try await Self.expectEvidence(sites)
        }
    }
}
