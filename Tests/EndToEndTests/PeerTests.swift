import Foundation
import Site
import TestSupport
import Testing

extension EndToEnd {
    /// What only shows when the two sites meet.
    @Suite(.serialized) struct Meeting {
        @Test func emptyIntersection() async throws {
            let sites = try await Small.sites(lab: Small.lab(80, first: 500))
            try await sites.approve()
            let (hospital, lab) = try await sites.run()
            #expect(hospital.code == 4 && lab.code == 4, "\(hospital.errors)\(lab.errors)")
            #expect(hospital.errorCode == "emptyIntersection" && lab.errorCode == "emptyIntersection")
            #expect(try sites.leftovers() == [])
        }

        @Test func cohortUnderTheMinimum() async throws {
            let sites = try await Small.sites(lab: Small.lab(80, first: 40))
            try await sites.approve()
            let (hospital, lab) = try await sites.run()
            #expect(hospital.code == 4 && lab.code == 4, "\(hospital.errors)\(lab.errors)")
            #expect(hospital.errorCode == "cohortTooSmall" && lab.errorCode == "cohortTooSmall")
            #expect(try sites.leftovers() == [])
        }

        @Test func differentJobAtThePeer() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let other = try sites.scratch.write("other.yaml", Small.job(title: "Another"))
            let approved = try await Program.run(
                "job", "approve", other, "--site", sites.site("lab"), "--person", "A Person", "--yes")
            try #require(approved.code == 0)
            let (hospital, address) = try await sites.listen()
            let lab = try await Program.run(sites.command("lab", job: other) + ["--peer-address", address])
            let ended = await hospital.wait()
            #expect(lab.code == 5 && ended.code == 5, "\(ended.errors)\(lab.errors)")
            #expect(ended.errorCode == "jobMismatch")
            #expect(try sites.leftovers() == [])
        }

        @Test func unknownCertificate() async throws {
            let sites = try await Small.sites(job: Small.job(timeout: 5))
            try await sites.approve()
            // The laboratory comes with a certificate that the hospital never saw.
            let again = try await Program.run(
                "init", "--name", "lab", "--site", sites.scratch.path("new"), "--listen", "127.0.0.1:0")
            try #require(again.code == 0)
            for name in ["certificate.pem", "certificate.key"] {
                try FileManager.default.removeItem(atPath: "\(sites.site("lab"))/\(name)")
                try FileManager.default.copyItem(
                    atPath: sites.scratch.path("new/\(name)"), toPath: "\(sites.site("lab"))/\(name)")
            }
            // Both start at once, and the hospital waits five seconds: for a port that the test had to hear of first, that may be too short.
            let address = "127.0.0.1:\(try await freePort())"
            let settings = URL(fileURLWithPath: "\(sites.site("hospital"))/site.yaml")
            let text = try String(contentsOf: settings, encoding: .utf8).replacing("127.0.0.1:0", with: address)
            try Data(text.utf8).write(to: settings)
            let (dialing, listening) = (
                try Program.start(sites.command("lab") + ["--peer-address", address]),
                try Program.start(sites.command("hospital"))
            )
            let (lab, ended) = (await dialing.wait(), await listening.wait())
            #expect(lab.code == 77, "\(lab.output)\(lab.errors)")
            #expect(ended.code == 77, "\(ended.output)\(ended.errors)")
            #expect(ended.errorCode == "unknownCertificate")
            #expect(try sites.leftovers() == [])
        }

        @Test func peerThatWasNeverAdded() async throws {
            let sites = try await Small.sites(knowing: false)
            try await sites.approve()
            let ended = try await Program.run(sites.command("lab"))
            #expect(ended.code == 77)
            #expect(ended.errorCode == "unknownPeer")
        }

        @Test func nobodyListens() async throws {
            let sites = try await Small.sites(job: Small.job(timeout: 2))
            try await sites.approve()
            let lab = try await Program.run(sites.command("lab") + ["--peer-address", "127.0.0.1:1"])
            #expect(lab.code == 69, "\(lab.output)")
            #expect(lab.errorCode == "unreachable")
            #expect(try sites.leftovers() == [])
        }

        @Test func nobodyComes() async throws {
            let sites = try await Small.sites(job: Small.job(timeout: 2))
            try await sites.approve()
            let hospital = try await Program.run(sites.command("hospital"))
            #expect(hospital.code == 69, "\(hospital.output)")
            #expect(hospital.errorCode == "nobodyConnected")
        }

        @Test(.stopsAHang)
        func peerThatVanishesInMidPass() async throws {
            let sites = try await breast()
            let (hospital, address) = try await sites.listen()
            let lab = try Program.start(sites.command("lab") + ["--peer-address", address])
            try hospital.after("gradient norm", send: (SIGKILL, lab))
            let ended = await hospital.wait()
            #expect(ended.code == 69, "\(ended.output)\(ended.errors)")
            #expect(ended.errorCode == "connectionLost")
            _ = await lab.wait()
            // A killed process cannot clean up: what it leaves is hidden and has not the output's name.
            #expect(!FileManager.default.fileExists(atPath: sites.results("lab")))
            let hidden = try sites.leftovers()
            #expect(hidden.count == 1 && hidden.allSatisfy { $0.hasPrefix(".lab-results.") })

            // Who was in it counts for later cohorts, though the job came to no end.
            #expect(
                try SiteFolder(opening: sites.site("hospital")).ledger().entries().contains {
                    $0.event == "cohortOpened"
                })

            // What both kept of it opens and holds up to there: one kept it in its site folder, one was killed in mid-write.
            let failed = "\(sites.site("hospital"))/failed"
            let kept = try FileManager.default.contentsOfDirectory(atPath: failed)
            #expect(kept.count == 1 && ended.errors.contains("failed/\(kept.first ?? "-")"))
            let transcripts = kept.map { "\(failed)/\($0)" } + hidden.map { sites.scratch.path("\($0)/transcript") }
            for transcript in transcripts {
                let verified = try await Program.run("verify", transcript, "--site", sites.site("hospital"))
                #expect(verified.code == 1, "\(verified.output)\(verified.errors)")
                #expect(verified.output.contains("NOT CLOSED"))
            }
        }

        @Test(.stopsAHang)
        func interruption() async throws {
            let sites = try await breast()
            let (hospital, address) = try await sites.listen()
            let lab = try Program.start(sites.command("lab") + ["--peer-address", address])
            try hospital.after("training keys", send: (SIGINT, hospital))
            let ended = await hospital.wait()
            #expect(ended.code == 130, "\(ended.output)\(ended.errors)")
            #expect(ended.errorCode == "interrupted")
            // The peer hears why, and both keep what was exchanged.
            let other = await lab.wait()
            #expect(other.code == 1 && other.errorCode == "cancelled", "\(other.output)\(other.errors)")
            #expect(try sites.leftovers() == [])
            for name in TwoSites.names {
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(sites.site(name))/failed").count == 1)
            }
        }

        /// With a peer that answers nothing the end in order takes its time; a second signal does not lose the evidence.
        @Test(.stopsAHang)
        func interruptionTwice() async throws {
            let sites = try await breast()
            let (hospital, address) = try await sites.listen()
            let lab = try Program.start(sites.command("lab") + ["--peer-address", address])
            try hospital.after("training keys", send: (SIGSTOP, lab), (SIGINT, hospital))
            #expect(try await hospital.says("once more"))
            hospital.send(SIGINT)
            #expect(await hospital.wait().code == 130)
            lab.send(SIGKILL)
            _ = await lab.wait()
            let failed = "\(sites.site("hospital"))/failed"
            let kept = try #require(try FileManager.default.contentsOfDirectory(atPath: failed).first)
            let verified = try await Program.run("verify", "\(failed)/\(kept)", "--site", sites.site("hospital"))
            #expect(verified.code == 1 && verified.output.contains("NOT CLOSED"), "\(verified.output)")
            #expect(try sites.leftovers().allSatisfy { $0.hasPrefix(".lab-results") })
        }

        /// A waiting site that has not approved the job says so to whoever asks for it.
        @Test func serviceThatRefuses() async throws {
            let sites = try await Small.sites()
            try await sites.approve(["lab"])
            let (service, address) = try await sites.listen([
                "serve", "--site", sites.site("hospital"), "--out", sites.scratch.path("served"),
            ])
            let lab = try await Program.run(sites.command("lab") + ["--peer-address", address])
            #expect(lab.code == 4 && lab.errorCode == "notApproved", "\(lab.output)\(lab.errors)")
            service.send(SIGINT)
            #expect(await service.wait().code == 130)
            #expect(try sites.leftovers() == [])
        }

        @Test(.stopsAHang)
        func completeSeparation() async throws {
            // Who is older than 50 has the outcome.
            let hospital = (0..<90).map { "P\(1000 + $0),\($0 * 13 % 61 > 30 ? 1 : 0),\(20 + $0 * 13 % 61)\n" }.joined()
            let sites = try await Small.sites(
                job: Small.job(payloads: "full").replacing("family: linear", with: "family: logistic"),
                hospital: "id,outcome,age\n" + hospital, lab: Small.lab(90))
            try await sites.approve()
            let (active, passive) = try await sites.run()
            #expect(active.code == 1 && passive.code == 1, "\(active.output)\(passive.output)")
            #expect(active.errorCode == "separation" && passive.errorCode == "separation")
            #expect(active.output.contains("l2"))
            #expect(try sites.leftovers() == [])
            // Both followed the protocol, and their kept transcripts show it.
            for name in TwoSites.names {
                let failed = "\(sites.site(name))/failed"
                let kept = try #require(try FileManager.default.contentsOfDirectory(atPath: failed).first)
                let replayed = try await Program.run(
                    "verify", "\(failed)/\(kept)", "--replay", "--site", sites.site(name))
                #expect(replayed.code == 1, "\(replayed.output)\(replayed.errors)")
                #expect(replayed.output.contains("[R02] ok"), "\(replayed.output)")
            }
        }

        private func breast() async throws -> TwoSites {
            let sites = try await TwoSites(
                job: try String(contentsOfFile: example("breast/job.yaml"), encoding: .utf8),
                hospital: ("patients", example("breast/hospital/hospital.csv")),
                lab: ("images", example("breast/lab/lab.csv")))
            try await sites.approve()
            return sites
        }
    }
}
