import Foundation
import Jobs
import Site
import TestSupport
import Testing
import Wire

extension EndToEnd {
    /// What would stop a job is said before anybody is dialled.
    @Suite(.serialized) struct Preflight {
        /// Two sites that fit each other and a third that wants the port of the first, which waits there.
        @Test func doctorBindsThePort() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let (service, address) = try await sites.listen([
                "serve", "--site", sites.site("hospital"), "--out", sites.scratch.path("served"),
            ])
            let third = sites.scratch.path("third")
            let made = try await Program.run("init", "--name", "third", "--site", third, "--listen", address)
            try #require(made.code == 0, "\(made.errors)")
            let busy = try await Program.run("doctor", "--site", third)
            #expect(busy.code == 78 && busy.output.contains("failed  listen: cannot listen on"), "\(busy.output)")
            #expect(busy.output.contains("address in use"), "\(busy.output)")
            service.send(SIGTERM)
            _ = await service.wait()
            let free = try await Program.run("doctor", "--site", third)
            #expect(free.code == 0 && free.output.contains("ok  listen: \(address) is free"), "\(free.output)")
        }

        @Test func dryRunFindsWhatWouldStopTheJob() async throws {
            let sites = try await Small.sites(hospital: Small.hospital(49))
            try await sites.approve()
            let command = sites.command("hospital") + ["--dry-run"]
            let small = try await Program.run(command)
            #expect(small.code == 4 && small.output.contains("ownSetTooSmall"), "\(small.output)")
            _ = try sites.scratch.write("hospital.csv", Small.hospital(80))
            let ready = try await Program.run(command)
            #expect(ready.code == 0 && ready.output.contains("\"isReady\":true"), "\(ready.output)")

            // One after the other, and all of them in one report in the end.
            let hospital = sites.site("hospital")
            _ = try sites.scratch.write("hospital/peers/lab.txt", "garbage\n")
            for name in ["certificate.pem", "certificate.key"] {
                try FileManager.default.removeItem(atPath: "\(hospital)/\(name)")
                try FileManager.default.copyItem(atPath: "\(sites.site("lab"))/\(name)", toPath: "\(hospital)/\(name)")
            }
            try FileManager.default.createDirectory(
                atPath: sites.results("hospital"), withIntermediateDirectories: false)
            let ended = try await Program.run(command)
            for code in ["invalidInvitation", "otherInvitation", "outputExists"] {
                #expect(ended.output.contains("\"\(code)\""), "\(code): \(ended.output)")
            }
            #expect(ended.code != 0 && ended.output.contains("\"isReady\":false"))
        }

        @Test func tooManyRowsAndTheHoldOut() async throws {
            let job = Small.job().replacing(
                "limits: {minimumCohort: 50}", with: "limits: {minimumCohort: 50, maximumSetSize: 60}")
            let sites = try await Small.sites(job: job)
            let many = try await Program.run("job", "check", sites.job, "--site", sites.site("lab"), "--format", "json")
            #expect(many.code == 4 && many.output.contains("ownSetTooLarge"), "\(many.output)")
            // 55 rows are enough for a cohort, and not for what the hold-out leaves of it.
            let held = try sites.scratch.write("held.yaml", Small.job() + "holdout: hash\n")
            _ = try sites.scratch.write("lab.csv", Small.lab(55))
            let checked = try await Program.run("job", "check", held, "--site", sites.site("lab"))
            #expect(checked.code == 4 && checked.output.contains("are kept aside"), "\(checked.output)")
            #expect(checked.output.contains("failed  limit-cohort"), "\(checked.output)")
            let whole = try sites.scratch.write("whole.yaml", Small.job())
            let fine = try await Program.run("job", "check", whole, "--site", sites.site("hospital"))
            #expect(
                fine.code == 0 && fine.output.contains("standard errors: none: the job does not reveal"),
                "\(fine.output)")
            #expect(fine.output.contains("time and traffic: ") && fine.output.contains(" MB"), "\(fine.output)")
        }

        /// Opening it would wait for a writer.
        @Test func pipeInsteadOfATable() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let path = sites.scratch.path("hospital.csv")
            try FileManager.default.removeItem(atPath: path)
            #expect(try await Running("/usr/bin/mkfifo", [path], in: nil, input: nil).wait().code == 0)
            for arguments in [
                ["data", "check", sites.job, "--site", sites.site("hospital")],
                ["doctor", "--site", sites.site("hospital")],
                sites.command("hospital"),
            ] {
                let ended = try await Program.run(arguments)
                #expect(
                    ended.code != 0 && (ended.output + ended.errors).contains("a pipe, a socket or a device"),
                    "\(ended.output)")
            }
        }

        /// What a killed process left beside its output is known to the site, and gone with its next run.
        @Test func whatAKilledProcessLeft() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let (first, _) = try await sites.listen()
            func left() throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: sites.scratch.path)
                    .filter { $0.hasPrefix(".hospital-results.tmp-") }
            }
            let folder = try #require(try left().first)
            first.send(SIGKILL)
            _ = await first.wait()
            let doctor = try await Program.run("doctor", "--site", sites.site("hospital"))
            #expect(
                doctor.output.contains("warning  leftovers: ") && doctor.output.contains(folder), "\(doctor.output)")
            let (second, _) = try await sites.listen()
            #expect(try !left().contains(folder) && left().count == 1)
            #expect(second.errors.contains("removed") && second.errors.contains(folder), "\(second.errors)")
            second.send(SIGTERM)
            _ = await second.wait()
            #expect(try left().isEmpty)
        }

        @Test func whoMayChangeASite() async throws {
            let sites = try await Small.sites()
            let lab = sites.site("lab")
            for name in ["", "/policy.yaml", "/peers", "/approvals", "/peers/hospital.txt"] {
                let path = lab + name
                let mode = try #require(
                    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
                try FileManager.default.setAttributes([.posixPermissions: mode | 0o002], ofItemAtPath: path)
                let ended = try await Program.run("policy", "show", "--site", lab, "--format", "json")
                #expect(ended.code == 77 && ended.errorCode == "writableByOthers", "\(name): \(ended.output)")
                #expect(ended.output.contains("chmod o-w \(path)".replacing("/", with: "/")), "\(ended.output)")
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
            // Mounted secrets are links to files of their own mode.
            for name in ["identity.key", "certificate.key"] {
                try FileManager.default.moveItem(atPath: "\(lab)/\(name)", toPath: sites.scratch.path(name))
                try FileManager.default.createSymbolicLink(
                    atPath: "\(lab)/\(name)", withDestinationPath: sites.scratch.path(name))
            }
            let linked = try await Program.run("doctor", "--site", lab)
            #expect(linked.code == 0, "\(linked.output)")
        }

        /// Names on the wire, words on the screen.
        @Test func aPeersReasonInWords() {
            func words(_ kind: FailureKind, _ name: String) -> Failure {
                Failure(describing: WireError.peerAborted(peer: "lab", reason: AbortReason(kind, name)))
            }
            let refused = words(.refusal, "policy.countsPerPeer")
            #expect(
                refused.message == "lab ended the session: its policy does not allow the job (policy.countsPerPeer)")
            #expect(refused.code == "policy.countsPerPeer" && refused.status == .refusedByPolicy)
            #expect(words(.refusal, "notApproved").hint?.contains("moiety job approve") == true)
            #expect(words(.failure, "somethingNew").message.contains("something failed there (somethingNew)"))
            let version = Failure(
                describing: WireError.versionMismatch(peer: "lab", protocol: 2, ours: 1, theirs: 3))
            #expect(version.message.contains("version 3 of the training protocol"), "\(version.message)")
        }

        /// The first line is the answer, and a check that was asked for and not made is none.
        @Test func theVerdictsFirstLine() async throws {
            let whole = try await Program.run("verify", example("verify/hospital"))
            let first = try #require(whole.output.split(separator: "\n").first)
            #expect(
                whole.code == 0 && first.hasPrefix("hospital's transcript of a fit with lab, job "), "\(whole.output)")
            #expect(
                first.contains("is VALID") && first.contains("; checked: the folder itself (")
                    && first.contains("; not checked: "),
                "\(first)")
            let scratch = try TemporaryFolder()
            let archive = scratch.path("archive")
            let pruned = try await Program.run("log", "prune", example("verify/hospital"), "--out", archive)
            try #require(pruned.code == 0, "\(pruned.errors)")
            #expect(try await Program.run("verify", archive).code == 0)
            let sites = try await Small.sites()
            let replayed = try await Program.run("verify", archive, "--replay", "--site", sites.site("hospital"))
            #expect(replayed.code == 2, "\(replayed.output)")
            let line = try #require(replayed.output.split(separator: "\n").first)
            #expect(line.contains("NOT CHECKED though asked for: R01"), "\(line)")
        }
    }
}
