import Foundation
import Records
import TestSupport
import Testing

extension EndToEnd {
    /// A proportional-hazards model with delayed entry and a survival curve: two programs over TLS, both verifiers, replay, a report.
    @Suite(.serialized) struct Survival {
        private static func days(_ row: Int) -> Int { 2 + row * 37 % 91 }
        private static func isEvent(_ row: Int) -> Bool { row * 29 % 10 < 7 }

        private func sites(
            _ edit: (String) -> String = { $0 }, entry: (Int) -> Int = { $0 % 4 == 0 ? 1 : 0 }, lab: String? = nil
        )
            async throws -> TwoSites
        {
            let job = Small.job(features: "[marker, dose]", payloads: "full")
                .replacing("{family: linear}", with: "{family: cox, ties: breslow, mostEvents: 100, times: [30, 60]}")
                .replacing("reveal: [coefficients]", with: "reveal: [coefficients, standard-errors, survival]")
                .replacing("    label: outcome\n", with: "    label: outcome\n    time: days\n    entry: from\n")
            let hospital =
                "id,outcome,age,days,from\n"
                + (0..<120).map { row in
                    "P\(1000 + row),\(Self.isEvent(row) ? 1 : 0),\(20 + row * 13 % 61),\(Self.days(row)),\(entry(row))\n"
                }.joined()
            let doses =
                "id,marker,dose\n"
                + (0..<120).map { "P\(1000 + $0),\(Double($0 * 11 % 37) / 2),\($0 * 17 % 41)\n" }.joined()
            let sites = try await Small.sites(job: edit(job), hospital: hospital, lab: lab ?? doses)
            try await sites.approve()
            return sites
        }

        private func rows(_ sites: TwoSites, _ site: String, _ name: String) throws -> [[String: String]] {
            let table = try Table.read(csv: "\(sites.results(site))/\(name)")
            return try (0..<table.rowCount).map { row in
                try Dictionary(
                    uniqueKeysWithValues: table.columnNames.map { ($0, try table.column(named: $0).text(at: row)) })
            }
        }

        @Test(.stopsAHang)
        func curveTestsAndEvidence() async throws {
            let sites = try await sites()
            let (hospital, lab) = try await sites.run()
            try #require(hospital.code == 0 && lab.code == 0, "\(hospital.errors)\(lab.errors)")

            #expect(try rows(sites, "hospital", "coefficients.csv").map { $0["term"] } == ["age"])
            #expect(try rows(sites, "lab", "coefficients.csv").map { $0["term"] } == ["marker", "dose"])
            let fit = try #require(rows(sites, "hospital", "glance.csv").first)
            #expect(fit["nevent"] == "\((0..<120).count(where: Self.isEvent))" && fit["parameters"] == "3")
            // Three tests of one hypothesis.
            let tests = ["log", "sc", "wald"].compactMap { Double(fit["statistic.\($0)"] ?? "") }
            #expect(tests.count == 3 && tests.allSatisfy { abs($0 - tests[0]) < 0.1 * tests[0] + 0.2 }, "\(fit)")
            let curve = try rows(sites, "hospital", "survival.csv")
            #expect(curve.map { $0["time"] } == ["30.0", "60.0"] || curve.map { $0["time"] } == ["30", "60"])
            let events = (0..<120).count { Self.isEvent($0) && Self.days($0) <= 30 }
            #expect(curve.first?["n.event"] == "\(events)")
            let surv = curve.compactMap { Double($0["surv"] ?? "") }
            #expect(surv.count == 2 && surv[0] < 1 && surv[1] < surv[0] && surv[1] > 0)
            #expect(!FileManager.default.fileExists(atPath: "\(sites.results("lab"))/survival.csv"))

            for name in TwoSites.names {
                let replayed = try await Program.run(
                    "verify", sites.results(name), "--replay", "--site", sites.site(name))
                #expect(replayed.code == 0, "\(replayed.output)")
                for check in ["R01", "R02", "R03"] { #expect(replayed.output.contains("[\(check)] ok")) }
                let script = Repository.root.appending(path: "scripts/verify-transcript").path
                let transcript = "\(sites.results(name))/transcript"
                let told = try await Running("/usr/bin/env", ["python3", script, transcript], in: nil, input: nil)
                    .wait()
                // 127: there is no Python here.
                #expect(told.output.hasSuffix("VALID\n") || told.code == 127, "\(told.output)\(told.errors)")
            }
            let page = sites.scratch.path("report.html")
            let report = try await Program.run("report", sites.results("hospital"), "--output", page)
            #expect(report.code == 0, "\(report.errors)")
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(
                html.contains("hazard ratio") && html.contains("urvival of a person with the mean of every column"))
        }

        /// Known by lifelines (`multivariate_logrank_test`, `KaplanMeierFitter`).
        @Test(.stopsAHang)
        func levelsOfThePassivePartysColumn() async throws {
            func stage(_ row: Int) -> String { (row * 7 + row / 9) % 2 == 0 ? "early" : "late" }
            let lab =
                "id,marker,stage\n"
                + (0..<120).map { "P\(1000 + $0),\(Double($0 * 11 % 37) / 2),\(stage($0))\n" }.joined()
            let sites = try await sites(
                {
                    $0.replacing("times: [30, 60]}", with: "times: [30, 60], groups: stage}")
                        .replacing("standard-errors, survival", with: "logrank, kaplan-meier").replacing(
                            "[marker, dose]",
                            with:
                                "[marker, {column: stage, type: categorical, levels: [early, late], reference: early}]")
                }, lab: lab)
            let (hospital, other) = try await sites.run()
            try #require(hospital.code == 0 && other.code == 0, "\(hospital.errors)\(other.errors)")
            let test = try rows(sites, "hospital", "logrank.csv")
            #expect(test.map { $0["n"] } == ["67", "53"] && test.map { $0["observed"] } == ["48", "36"])
            #expect(abs((Double(test[0]["statistic"] ?? "") ?? 0) - 0.06289299832) < 1e-4)
            let curves = try rows(sites, "hospital", "survival-groups.csv")
            let known = [0.7523066020, nil, 0.7581539348, nil]
            // Ten events of the last level up to the second time are fewer than the smallest cell: no level has a point there.
            for (row, value) in zip(curves, known) {
                guard let value else {
                    #expect(row["surv"] == "NA")
                    continue
                }
                #expect(abs((Double(row["surv"] ?? "") ?? 0) - value) < 2e-5, "\(row)")
            }
            #expect(curves.count == 4)
            for name in ["logrank.csv", "survival-groups.csv"] {
                #expect(!FileManager.default.fileExists(atPath: "\(sites.results("lab"))/\(name)"))
            }
            for name in TwoSites.names {
                let replayed = try await Program.run(
                    "verify", sites.results(name), "--replay", "--site", sites.site(name))
                #expect(replayed.code == 0, "\(replayed.output)")
                let script = Repository.root.appending(path: "scripts/verify-transcript").path
                let told = try await Running(
                    "/usr/bin/env", ["python3", script, "\(sites.results(name))/transcript"], in: nil, input: nil
                ).wait()
                #expect(told.output.hasSuffix("VALID\n") || told.code == 127, "\(told.output)\(told.errors)")
            }
            let page = sites.scratch.path("report.html")
            let report = try await Program.run("report", sites.results("hospital"), "--output", page)
            #expect(report.code == 0, "\(report.errors)")
            #expect(try String(contentsOfFile: page, encoding: .utf8).contains("Kaplan-Meier survival by stage"))
        }

        @Test(.stopsAHang)
        func rowsThatEnterTooLateAndCloseTimes() async throws {
            let late = try await sites(entry: { $0 == 7 ? Self.days(7) : 0 })
            let checked = try await Program.run("data", "check", late.job, "--site", late.site("hospital"))
            #expect(checked.code != 0)
            #expect(checked.errors.contains("hospital.csv") && checked.errors.contains("row 9"), "\(checked.errors)")
            #expect(checked.errors.contains("'from'") || checked.errors.contains("from"), "\(checked.errors)")

            let close = try await sites({ $0.replacing("times: [30, 60]", with: "times: [30, 30.5]") })
            let (hospital, lab) = try await close.run()
            #expect(hospital.code != 0 && lab.code != 0)
            #expect(hospital.output.contains("times of the survival curve"), "\(hospital.output)")
            #expect(lab.output.contains("unfitDesign"), "\(lab.output)")
        }
    }
}
