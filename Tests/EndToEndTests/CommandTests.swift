import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What commands print and how they end.
    @Suite(.serialized) struct Commands {
        @Test func envelope() async throws {
            let ended = try await Program.run("doctor", "--format", "json")
            #expect(ended.code == 0, "\(ended.output)")
            #expect(ended.envelope["schemaVersion"] as? Int == 1)
            #expect(ended.envelope["status"] as? String == "ok")
            #expect(ended.envelope["exitCode"] as? Int == 0)
            #expect(ended.envelope["data"] is [String: Any])
            #expect(ended.output.split(separator: "\n").count == 1)
        }

        @Test func usage() async throws {
            let text = try await Program.run("job", "nonsense")
            #expect(text.code == 64)
            #expect(text.output.isEmpty && !text.errors.isEmpty)
            let json = try await Program.run("job", "run", "--format", "json")
            #expect(json.code == 64)
            #expect(json.errorCode == "usage")
        }

        @Test func noMPI() async throws {
            let ended = try await Program.run("doctor", "--mpi")
            #expect(ended.code == 78)
            #expect(ended.output.contains("failed  mpi: this build has no MPI"))
        }

        @Test func noSite() async throws {
            let ended = try await Program.run("doctor", "--site", "/nonexistent", "--format", "json")
            #expect(ended.code == 66)
            #expect(ended.errorCode == "noSite")
        }

        @Test func site() async throws {
            let sites = try await Small.sites()
            let lab = sites.site("lab")
            for name in ["identity.key", "certificate.key", "ledger.sqlite"] {
                let mode = try FileManager.default.attributesOfItem(atPath: "\(lab)/\(name)")[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(name)")
            }
            let doctor = try await Program.run("doctor", "--site", lab)
            #expect(doctor.code == 0, "\(doctor.output)")
            #expect(doctor.output.contains("table results: 80 rows"))
            let again = try await Program.run("init", "--name", "lab", "--site", lab)
            #expect(again.code == 73)
            let peers = try await Program.run("peer", "list", "--site", lab)
            #expect(peers.output.contains("hospital"))
            #expect(!(doctor.output + peers.output + peers.errors).contains("\u{1B}"))
        }

        /// What a killed process left in a site folder: half a key perhaps.
        @Test func leftovers() async throws {
            let sites = try await Small.sites()
            let lab = sites.site("lab")
            let before = try await Program.run("doctor", "--site", lab)
            #expect(before.code == 0 && before.output.contains("ok  leftovers: none"), "\(before.output)")
            let left = [
                ".identity.key.tmp-17", "cohorts/.some.txt.tmp-18446744073709551615", "results/.job.tmp-3",
                "peers/.dat.nosync1A2.abcdef",
            ]
            let kept = [".hidden", ".notes.tmp-old", "results/job.tmp-4", "results/deeper/.x"]
            for name in left + kept {
                try FileManager.default.createDirectory(
                    atPath: "\(lab)/\(name)", withIntermediateDirectories: true)
            }
            let after = try await Program.run("doctor", "--site", lab)
            #expect(after.code == 0 && after.output.contains("warning  leftovers: "), "\(after.output)")
            for name in left { #expect(after.output.contains(name), "\(after.output)") }
            for name in kept { #expect(!after.output.contains(name), "\(after.output)") }
            #expect(after.output.contains("remove"))
        }

        @Test func peerAddAsksWhenItCannot() async throws {
            let sites = try await Small.sites(knowing: false)
            let file = sites.scratch.path("hospital.txt")
            let ended = try await Program.run("peer", "add", file, "--site", sites.site("lab"))
            #expect(ended.code == 64)
            let forged = try String(contentsOfFile: file, encoding: .utf8)
                .replacing("name hospital", with: "name hospitel")
            let bad = try await Program.run(
                "peer", "add", try sites.scratch.write("forged.txt", forged), "--site", sites.site("lab"), "--yes")
            #expect(bad.code == 65)
            let piped = try await Program.run(
                "peer", "add", "-", "--site", sites.site("lab"),
                input: try String(contentsOfFile: file, encoding: .utf8))
            #expect(piped.code == 64, "\(piped.errors)")
            let sure = try await Program.run(
                "peer", "add", "-", "--site", sites.site("lab"), "--yes",
                input: try String(contentsOfFile: file, encoding: .utf8))
            #expect(sure.code == 0, "\(sure.errors)")
        }

        @Test func changedPeerIsRefused() async throws {
            let sites = try await Small.sites()
            let other = try await Program.run(
                "init", "--name", "hospital", "--site", sites.scratch.path("other"))
            try #require(other.code == 0)
            let ended = try await Program.run(
                "peer", "add", try sites.scratch.write("other.txt", other.output), "--site", sites.site("lab"), "--yes")
            #expect(ended.code == 77)
        }

        @Test func settingsThatAreWrong() async throws {
            let sites = try await Small.sites()
            let path = sites.site("lab") + "/site.yaml"
            let text = try String(contentsOfFile: path, encoding: .utf8) + "lisen: 1\n"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let ended = try await Program.run("policy", "show", "--site", sites.site("lab"), "--format", "json")
            #expect(ended.code == 78)
            #expect(ended.errorCode == "invalidSettings")
            #expect(ended.output.contains("lisen") && ended.output.contains("listen"))
        }

        @Test func tableAdd() async throws {
            let sites = try await Small.sites()
            let lab = sites.site("lab")
            let path = "\(lab)/site.yaml"
            let before = try String(contentsOfFile: path, encoding: .utf8)
            let added = try await Program.run(
                "table", "add", "new-rows=\(sites.scratch.path("hospital.csv"))", "--site", lab)
            #expect(added.code == 0, "\(added.errors)")
            let after = try String(contentsOfFile: path, encoding: .utf8)
            #expect(after.split(separator: "\n").count == before.split(separator: "\n").count + 1, "\(after)")
            let described = try await Program.run("data", "describe", "new-rows", "--site", lab)
            #expect(described.code == 0 && described.output.contains("outcome"), "\(described.errors)")
            let again = try await Program.run(
                "table", "add", "results=x.csv", "--site", lab, "--format", "json")
            #expect(again.code == 73 && again.errorCode == "tableExists")
        }

        @Test func jobCommands() async throws {
            let scratch = try TemporaryFolder()
            let made = try await Program.run("job", "new", "--family", "linear", "--file", scratch.path("job.yaml"))
            #expect(made.code == 0, "\(made.errors)")
            let explained = try await Program.run("job", "explain", scratch.path("job.yaml"))
            #expect(explained.code == 0)
            #expect(explained.output.contains("hospital") && explained.output.contains("lab"))
            let checked = try await Program.run(
                "job", "check", scratch.path("job.yaml"), "--rows", "20", "--format", "json")
            #expect(checked.code == 4)
        }

        @Test func dataCommands() async throws {
            let sites = try await Small.sites(hospital: Small.hospital(80) + "P3000,1,\n,2,30\n")
            let checked = try await Program.run("data", "check", sites.job, "--site", sites.site("hospital"))
            #expect(checked.code == 0, "\(checked.errors)")
            #expect(checked.output.contains("missing in age"))
            #expect(checked.output.contains("empty"))
            let described = try await Program.run("data", "describe", "patients", "--site", sites.site("hospital"))
            #expect(described.code == 0)
            #expect(described.output.contains("outcome"))
        }

        @Test func verifyRefusesWhatIsNoTranscript() async throws {
            let scratch = try TemporaryFolder()
            let empty = try await Program.run("verify", scratch.path, "--format", "json")
            #expect(empty.code == 65 && empty.errorCode == "noTranscript")
            let missing = try await Program.run("verify", scratch.path("nowhere"))
            #expect(missing.code == 66)
        }
    }
}
