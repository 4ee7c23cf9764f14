import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Where a command cannot write or read, it says so and leaves nothing.
    @Suite(.serialized) struct Output {
        /// Runs a line of a shell in which `$MOIETY` is the program.
        private func shell(_ line: String, _ arguments: String...) async throws -> Program.Ended {
            try await Running(
                "/bin/sh", ["-c", line, "sh"] + arguments, in: nil, input: nil, environment: ["MOIETY": Program.path()]
            ).wait()
        }

        @Test func standardOutputThatTakesNothing() async throws {
            let scratch = try TemporaryFolder()
            let job = try scratch.write("job.yaml", Small.job())
            for arguments in ["job explain \"$1\"", "job explain \"$1\" --format json", "--help", "--version"] {
                let full = try await shell("\"$MOIETY\" \(arguments) > /dev/full", job)
                #expect(full.code == 74, "\(arguments): \(full.errors)")
                #expect(full.errors.contains("the disk is full"), "\(full.errors)")
                // The program starts only once nobody can read any more.
                let gone = try await shell(
                    "trap '' PIPE; mkfifo \"$1.pipe\"; : < \"$1.pipe\" & exec 3> \"$1.pipe\"; wait; "
                        + "\"$MOIETY\" \(arguments) >&3; code=$?; rm \"$1.pipe\"; exit $code", job)
                #expect(gone.code == 141 && gone.errors.isEmpty, "\(arguments): \(gone.code) \(gone.errors)")
            }
        }

        @Test func fileOfATranscriptThatMayNotBeRead() async throws {
            let scratch = try TemporaryFolder()
            let folder = try scratch.copy(of: example("verify/hospital"))
            let transcript =
                FileManager.default.fileExists(atPath: "\(folder)/parties.bin") ? folder : "\(folder)/transcript"
            for name in ["outcome.bin", "approvals", "job.bin", "log"] {
                let path = "\(transcript)/\(name)"
                let refused = try await Program.runAsPlainUser(
                    "verify", transcript, "--format", "json", without: path)
                #expect(refused.code == 77 && refused.errorCode == "cannotRead", "\(name): \(refused.output)")
                #expect(refused.output.contains("\(name) cannot be read"), "\(refused.output)")
            }
            #expect(try await Program.runAsPlainUser("verify", transcript).code == 0)
        }

        @Test func siteThatCannotBeWritten() async throws {
            let sites = try await Small.sites()
            let lab = sites.site("lab")
            for (path, mode) in [(lab, 0o500), ("\(lab)/ledger.sqlite", 0o400)] {
                let doctor = try await Program.runAsPlainUser("doctor", "--site", lab, without: path, mode: mode)
                let run = try await Program.runAsPlainUser(
                    "job", "run", sites.job, "--site", lab, "--out", sites.results("lab"), "--dry-run", without: path,
                    mode: mode)
                #expect(doctor.code == 78, "\(doctor.output)")
                for ended in [doctor, run] { #expect(ended.output.contains("failed  writing: "), "\(ended.output)") }
            }
            let well = try await Program.runAsPlainUser("doctor", "--site", lab)
            #expect(well.code == 0 && well.output.contains("ok  writing: "), "\(well.output)")
            // A table is a file like any other.
            let table = try await Program.runAsPlainUser(
                "data", "check", sites.job, "--site", lab, "--format", "json", without: sites.scratch.path("lab.csv"))
            #expect(table.code == 77 && table.errorCode == "cannotRead", "\(table.output)\(table.errors)")
        }

        /// A port that is taken, here by another service: nobody can be waited for.
        @Test func serviceThatCannotListenLeavesNothing() async throws {
            let sites = try await Small.sites()
            let (service, address) = try await sites.listen([
                "serve", "--site", sites.site("hospital"), "--out", sites.scratch.path("served"),
            ])
            let path = "\(sites.site("lab"))/site.yaml"
            let text = try String(contentsOfFile: path, encoding: .utf8).replacing("127.0.0.1:0", with: address)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let out = sites.scratch.path("other")
            let refused = try await Program.run("serve", "--site", sites.site("lab"), "--out", out, "--format", "json")
            #expect(refused.code == 78 && refused.errorCode == "cannotListen", "\(refused.output)\(refused.errors)")
            #expect(!FileManager.default.fileExists(atPath: out))
            service.send(SIGTERM)
            _ = await service.wait()
        }

        /// The person who stopped the service hears it once, also where a session was under way.
        @Test(.stopsAHang)
        func stoppedServiceSaysSoOnce() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let (service, address) = try await sites.listen([
                "serve", "--site", sites.site("hospital"), "--out", sites.scratch.path("served"),
            ])
            let lab = try Program.start(sites.command("lab") + ["--peer-address", address])
            try service.after("connected to lab", send: (SIGTERM, service))
            let ended = await service.wait()
            #expect(ended.code == 130)
            #expect(ended.errors.ranges(of: "error:").count == 1, "\(ended.errors)")
            #expect(await lab.wait().code != 0)
        }
    }
}
