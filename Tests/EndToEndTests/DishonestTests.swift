import Foundation
import Jobs
import PrivateSetIntersection
import Records
import Runner
import Site
import TestSupport
import Testing
import Wire

extension EndToEnd {
    /// A party whose every message is honest, and whose signed figures are not.
    @Suite(.serialized) struct Dishonest {
        /// Runs the job as it is, and signs other metrics than came of it.
        private struct Boasting: SessionWork {
            let work: JobWork

            func run(over session: Session) async throws -> JobWork.Result { try await work.run(over: session) }

            func facts(of result: JobWork.Result, salt: Bytes32) throws -> ResultFacts {
                let facts = try work.facts(of: result, salt: salt)
                return ResultFacts(
                    facts.result, file: facts.file, salt: salt, counts: facts.counts,
                    metrics: facts.metrics.mapValues { $0 + 1e-3 })
            }
        }

        private struct Unasked: JobBooks {
            func open(_ sizes: SetSizes, set: Bytes32) throws {}
            func admit(_ rows: AlignedRows) throws {}
            func admit(_ design: JobDesign, _ intersection: Intersection) throws {}
            func admit(_ own: CohortInputs) throws -> [SessionInputs.Own] { [] }
            func admit(_ inputs: SessionInputs, over rows: AlignedRows) throws {}
            func remember(_ rows: AlignedRows, _ inputs: SessionInputs?) throws {}
            func remember(_ design: JobDesign, _ inputs: SessionInputs?) throws {}
            func admit(_ cohort: DescribedCohort) throws {}
            func remember(_ cohort: DescribedCohort, _ inputs: SessionInputs?) throws {}
            func openCoefficientsAgain(_ design: JobDesign) throws {}
            func openScores(of rows: AlignedRows) throws {}
        }

        @Test(.stopsAHang)
        func metricsThatDoNotFollow() async throws {
            let features = "[m1, m2, m3]"
            let lab =
                "id,m1,m2,m3\n"
                + (0..<95).map { "P\(1000 + $0),\($0 * 11 % 37),\($0 * 17 % 41),\($0 * 5 % 13)\n" }.joined()
            let sites = try await Small.sites(
                job: Small.job(features: features, payloads: "full").replacing(
                    "reveal: [coefficients]", with: "reveal: [coefficients, scores, metrics]"),
                hospital: Small.hospital(90), lab: lab)
            try await sites.approve()

            let site = try SiteFolder(opening: sites.site("hospital"))
            let prepared = try PreparedJob(JobFile(reading: sites.job), for: FitProtocol(), at: site)
            let (addresses, announce) = AsyncStream<NetworkAddress>.makeStream()
            let link = try PeerLink(
                prepared.job, site: site, observer: Silent(), onListening: { announce.yield($0) })
            async let other = Program.run(
                sites.command("lab") + [
                    "--peer-address", "\(try #require(await addresses.first { _ in true }))",
                ])
            let execution = SessionExecution(prepared, over: link, out: sites.results("hospital"), observer: Silent())
            _ = try await execution.run(writing: { _ in SessionOutput([], details: [:]) }) { opening in
                Boasting(
                    work: JobWork(
                        inputs: prepared.inputs, opening: opening, books: Unasked(), progress: execution.progress))
            }
            #expect(try await other.code == 0)

            // Nothing that others can see is wrong with it.
            let transcript = "\(sites.results("hospital"))/transcript"
            let seen = try await Program.run(
                "verify", transcript, "--peer-transcript", "\(sites.results("lab"))/transcript")
            #expect(seen.code == 0, "\(seen.output)\(seen.errors)")
            // Its own secrets show it, to itself and to an auditor: R03, A05.
            let replayed = try await Program.run(
                "verify", transcript, "--replay", "--site", sites.site("hospital"), "--quiet")
            #expect(replayed.code == 2 && replayed.output.contains("[R03] FAIL resultMismatch"), "\(replayed.output)")
            // Nor is a salt kept back a way around it.
            let salt = "\(transcript)/private/salt-result"
            try FileManager.default.moveItem(atPath: salt, toPath: sites.scratch.path("salt"))
            let unsalted = try await Program.run(
                "verify", transcript, "--replay", "--site", sites.site("hospital"), "--quiet")
            #expect(unsalted.code == 2 && unsalted.output.contains("[R03] FAIL resultMismatch"), "\(unsalted.output)")
            try FileManager.default.moveItem(atPath: sites.scratch.path("salt"), toPath: salt)
            let bundle = sites.scratch.path("opened")
            let opened = try await Program.run(
                "log", "open", transcript, "--site", sites.site("hospital"), "--out", bundle, "--yes")
            try #require(opened.code == 0, "\(opened.errors)")
            let audited = try await Program.run("verify", transcript, "--audit", bundle, "--quiet")
            #expect(audited.code == 2 && audited.output.contains("[A05] FAIL metricsMismatch"), "\(audited.output)")
            #expect(audited.output.contains("[A01] ok"), "\(audited.output)")
        }
    }
}
