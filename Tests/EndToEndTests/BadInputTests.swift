import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What is wrong with a site's own files is said before anything leaves the site.
    @Suite(.serialized) struct BadInput {
        private func refused(
            _ sites: TwoSites, at name: String = "hospital", code: Int32, error: String, saying parts: String...
        ) async throws {
            try await sites.approve()
            let ended = try await Program.run(sites.command(name))
            #expect(ended.code == code, "\(ended.output)\(ended.errors)")
            #expect(ended.errorCode == error, "\(ended.output)")
            for part in parts { #expect(ended.output.contains(part), "\(ended.output)") }
            #expect(try sites.leftovers() == [])
        }

        @Test func missingFile() async throws {
            let sites = try await Small.sites()
            try FileManager.default.removeItem(atPath: sites.scratch.path("hospital.csv"))
            try await refused(sites, code: 66, error: "fileNotFound", saying: "hospital.csv")
        }

        @Test func wrongColumn() async throws {
            let sites = try await Small.sites(job: Small.job(features: "[markr]"))
            try await refused(sites, at: "lab", code: 65, error: "missingColumn", saying: "markr", "marker")
        }

        @Test func duplicateIdentifiers() async throws {
            let sites = try await Small.sites(hospital: Small.hospital(80) + "P1003,5,44\n")
            try await refused(sites, code: 65, error: "duplicateIdentifiers")
        }

        @Test func cellThatIsNoNumber() async throws {
            let sites = try await Small.sites(hospital: Small.hospital(80) + "P2000,5,forty\n")
            // Line 82: the header is line 1.
            try await refused(sites, code: 65, error: "notNumeric", saying: "hospital.csv", "row 82", "age")
        }

        @Test func columnThatNoCohortMakesFit() async throws {
            let constant = "id,marker\n" + (0..<80).map { "P\(1000 + $0),4.5\n" }.joined()
            let sites = try await Small.sites(lab: constant)
            try await sites.approve()
            // Before anybody is dialled: nobody listens here.
            for arguments in [
                ["data", "check", sites.job, "--site", sites.site("lab"), "--format", "json"],
                ["job", "check", sites.job, "--site", sites.site("lab"), "--format", "json"],
                sites.command("lab") + ["--dry-run"], sites.command("lab") + ["--peer-address", "127.0.0.1:1"],
            ] {
                let ended = try await Program.run(arguments)
                #expect(ended.code == 65, "\(ended.output)\(ended.errors)")
                #expect(ended.output.contains("marker is constant on this site's own rows"), "\(ended.output)")
            }
        }

        /// Nobody writes to a pipe that a stranger left: it must not be waited for.
        @Test func pipeInsteadOfAFile() async throws {
            let sites = try await Small.sites()
            let pipe = sites.scratch.path("job.pipe")
            #expect(try await Running("/usr/bin/mkfifo", [pipe], in: nil, input: nil).wait().code == 0)
            let link = sites.scratch.path("job.link")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: pipe)
            for path in [pipe, link] {
                let ended = try await Program.run("job", "check", path, "--format", "json")
                #expect(ended.code == 65 && ended.errorCode == "notAFile", "\(ended.output)\(ended.errors)")
            }
            try FileManager.default.createSymbolicLink(
                atPath: sites.scratch.path("linked.yaml"), withDestinationPath: sites.job)
            let linked = try await Program.run("job", "check", sites.scratch.path("linked.yaml"))
            #expect(linked.code == 0, "\(linked.errors)")
        }

        /// What a stranger's folder says goes to a terminal.
        @Test func escapesInAStrangersFolder() async throws {
            let sites = try await Small.sites()
            let folder = sites.scratch.path("transcript")
            let name = "\u{1B}[2J\u{202E}\u{9B}x\ny"
            for name in [name, "log"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
            }
            for more in [[], ["--explain"]] {
                let ended = try await Program.run(["verify", folder] + more)
                #expect(ended.code == 2 && ended.output.contains("[2J"), "\(ended.output)")
                let scalars = (ended.output + ended.errors).unicodeScalars
                #expect(!scalars.contains { ["\u{1B}", "\u{202E}", "\u{9B}"].contains($0) })
            }
        }

        @Test func unapprovedJob() async throws {
            let sites = try await Small.sites()
            let ended = try await Program.run(sites.command("hospital"))
            #expect(ended.code == 4)
            #expect(ended.errorCode == "notApproved")
            #expect(try sites.leftovers() == [])
        }

        @Test func jobChangedAfterApproval() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let changed = try sites.scratch.write("changed.yaml", Small.job(minimumCohort: 51))
            let ended = try await Program.run(sites.command("hospital", job: changed))
            #expect(ended.code == 4)
            #expect(ended.errorCode == "notApproved")
        }

        @Test func jobAgainstThePolicy() async throws {
            let sites = try await Small.sites(job: Small.job(minimumCohort: 20))
            let ended = try await Program.run(
                "job", "approve", sites.job, "--site", sites.site("lab"), "--person", "A Person", "--yes", "--format",
                "json")
            #expect(ended.code == 4)
            #expect(ended.errorCode == "policy.minimumCohort")
        }

        @Test func outputThatExists() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            try FileManager.default.createDirectory(
                atPath: sites.results("hospital"), withIntermediateDirectories: false)
            let ended = try await Program.run(sites.command("hospital"))
            #expect(ended.code == 73)
            #expect(ended.errorCode == "outputExists")
        }

        /// Whoever waits for the address would wait in vain: said by every command that listens, before all else.
        /// A link that leads nowhere takes the name all the same; a file with something else than an address stays as it is.
        @Test func outputThatIsThereAlready() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let link = sites.scratch.path("link")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nowhere")
            let notes = try sites.scratch.write("notes.txt", "mine\n")
            let policy = "\(sites.site("hospital"))/policy.yaml"
            let before = try Data(contentsOf: URL(fileURLWithPath: policy))
            let run = ["job", "run", sites.job, "--site", sites.site("hospital"), "--format", "json", "--out"]
            let new = run + [sites.scratch.path("new"), "--announce"]
            for (arguments, code) in [
                (run + [link], "outputExists"), (new + [notes], "outputExists"), (new + [policy], "insideSite"),
            ] {
                let ended = try await Program.run(arguments)
                #expect(ended.code == 73 && ended.errorCode == code, "\(ended.output)")
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: policy)) == before)
            #expect(try String(contentsOfFile: notes, encoding: .utf8) == "mine\n")
        }

        @Test func announcementThatCannotBeWritten() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let site = ["--site", sites.site("hospital"), "--out", sites.results("hospital"), "--format", "json"]
            for arguments in [
                ["job", "run", sites.job], ["job", "run", sites.job, "--dry-run"], ["align", "run", sites.job],
                ["align", "count", sites.job], ["model", "predict", "model.json", "--table", "patients"], ["serve"],
            ] {
                for path in [sites.scratch.path("missing/address"), sites.scratch.path] {
                    let ended = try await Program.run(arguments + site + ["--announce", path])
                    #expect(ended.code == 73 && ended.errorCode == "cannotWrite", "\(ended.output)\(ended.errors)")
                    #expect(ended.output.contains(path), "\(ended.output)")
                    #expect(ended.errors.isEmpty, "\(ended.errors)")
                }
            }
            #expect(try sites.leftovers() == [])
        }

        @Test func jobThatIsNoYAML() async throws {
            let scratch = try TemporaryFolder()
            let path = try scratch.write("job.yaml", "moiety: 8\nparties: [\n")
            let ended = try await Program.run("job", "check", path, "--format", "json")
            #expect(ended.code == 65)
            #expect(ended.errorCode == "malformedDocument")
        }

        @Test func secretThatOthersMayRead() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644], ofItemAtPath: sites.site("lab") + "/identity.key")
            let ended = try await Program.run(sites.command("lab"))
            #expect(ended.code == 77)
            #expect(ended.errorCode == "secretReadableByOthers")
        }
    }
}
