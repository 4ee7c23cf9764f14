import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// From a table to a job, and from a job to what one party must know of it.
    @Suite(.serialized) struct Drafts {
        private static let table =
            "mrn,outcome,age,arm,notes,site,=sum,flag,*note\n"
            + (0..<60).map { row in
                "M-\(1000 + row),\(row % 3 == 0 ? "yes" : "no"),\(30 + row % 40),\(["low", "high", "no, thanks"][row % 3]),"
                    .replacing("no, thanks", with: "\"no, thanks\"")
                    + "free text \(row),A,\(row),\(row % 2),\(row % 7)\n"
            }.joined()

        private func site(_ scratch: TemporaryFolder, _ name: String) async throws -> String {
            let file = try scratch.write("\(name).csv", Self.table)
            let made = try await Program.run(
                "init", "--name", name, "--site", scratch.path(name), "--table", "visits=\(file)")
            try #require(made.code == 0, "\(made.errors)")
            return scratch.path(name)
        }

        /// Identifier, columns, types and levels come from the table; what no job can hold is said to be left out.
        @Test func jobFromATable() async throws {
            let scratch = try TemporaryFolder()
            let hospital = try await site(scratch, "clinic")
            let job = scratch.path("job.yaml")
            let made = try await Program.run(
                "job", "new", "--site", hospital, "--table", "visits", "--passive", "bank", "--file", job)
            #expect(made.code == 0, "\(made.output)\(made.errors)")
            let text = try String(contentsOfFile: job, encoding: .utf8)
            for part in [
                "- name: clinic", "- name: bank", "columns: [mrn]", "label: outcome", "family: logistic",
                "      - age\n",
                "{column: arm, type: categorical, levels: [high, low, \"no, thanks\"], reference: high}",
                "{column: flag, type: binary}", "left out: notes: text", "left out: site: constant",
                "left out: \"=sum\": a job",
                // The mark would be read as YAML's, in a comment too.
                "left out: \"?note\": a job",
            ] { #expect(text.contains(part), "\(part) in \(text)") }
            // No row's own value.
            #expect(!text.contains("M-1000") && !text.contains("free text"))
            // What it offers, this site's table has.
            let checked = try await Program.run("data", "check", job, "--site", hospital)
            #expect(checked.code == 0, "\(checked.output)\(checked.errors)")

            let other = try await Program.run(
                "job", "new", "--site", hospital, "--table", "visits", "--passive", "clinic", "--active", "bank")
            #expect(other.code == 0 && other.output.contains("role: passive\n    table: visits"), "\(other.output)")
            let linear = try await Program.run(
                "job", "new", "--site", hospital, "--table", "visits", "--label", "age", "--identifier", "mrn")
            #expect(linear.output.contains("family: linear") && linear.output.contains("label: age"))
            let missing = try await Program.run(
                "job", "new", "--site", hospital, "--table", "visits", "--label", "aeg", "--format", "json")
            #expect(missing.code == 65 && missing.errorCode == "missingColumn")
            let neither = try await Program.run(
                "job", "new", "--site", hospital, "--table", "visits", "--active", "a", "--passive", "b", "--format",
                "json")
            #expect(neither.code == 64 && neither.errorCode == "notAParty", "\(neither.output)")
        }

        @Test func explainedToOneParty() async throws {
            let scratch = try TemporaryFolder()
            let job = try scratch.write("job.yaml", Small.job())
            let lab = try await Program.run("job", "explain", job, "--for", "lab")
            #expect(lab.code == 0 && lab.output.hasPrefix("Small\njob "), "\(lab.output)")
            for heading in ["I send (lab)", "I learn", "They learn (hospital)", "Look twice"] {
                #expect(lab.output.contains(heading), "\(lab.output)")
            }
            #expect(lab.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 61)
            let data = try await Program.run("job", "explain", job, "--for", "lab", "--format", "json")
            #expect((data.envelope["data"] as? [String: Any])?["peerLearns"] is [String])
            let nobody = try await Program.run("job", "explain", job, "--for", "bank", "--format", "json")
            #expect(nobody.code == 64 && nobody.errorCode == "unknownParty")
        }

        // MARK: One table of both parties' coefficients

        private static let header =
            "term,estimate,std.error,statistic,p.value,conf.low,conf.high,party,estimate.standardised,note\n"

        /// Without a note.
        private static func noted(_ rows: String) -> String { rows.replacing("\n", with: ",NA\n") }

        private func folder(
            _ scratch: TemporaryFolder, _ name: String, _ rows: String, session: String = "aa",
            job: String = Small.job()
        ) throws -> String {
            let path = scratch.path(name)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            _ = try scratch.write("\(name)/coefficients.csv", Self.header + Self.noted(rows))
            _ = try scratch.write("\(name)/metrics.json", "{\"session\": \"\(session)\", \"job\": \"x\"}")
            _ = try scratch.write("\(name)/job.yaml", job)
            return path
        }

        @Test func resultsMerge() async throws {
            let scratch = try TemporaryFolder()
            let job = Small.job().replacing(
                "features: [age]",
                with: "features: [age, {column: meno stat, type: categorical, levels: [Pre, Post], reference: Pre}]")
            let own = try folder(
                scratch, "own",
                "(Intercept),1.5,0.1,15.0,0.001,1.3,1.7,hospital,2\nage,-0.5,NA,NA,NA,NA,NA,hospital,1\n"
                    + "meno stat=Post,0.25,NA,NA,NA,NA,NA,hospital,1\n", job: job)
            let peer = try folder(scratch, "peer", "marker,0.125,NA,NA,NA,NA,NA,lab,1\n", job: job)
            let merged = try await Program.run("results", "merge", "\(peer)/coefficients.csv", own)
            #expect(merged.code == 0, "\(merged.errors)")
            let lines = merged.output.split(separator: "\n").map(String.init)
            #expect(
                lines.map { $0.prefix { $0 != "," } } == ["term", "(Intercept)", "age", "meno stat=Post", "marker"],
                "\(merged.output)")
            // Numbers come through as they are.
            #expect(lines.dropFirst(2).first == "age,-0.5,NA,NA,NA,NA,NA,hospital,1,NA")
            let out = scratch.path("joint.csv")
            let named = try await Program.run("results", "merge", own, peer, "--terms", "r", "--out", out)
            #expect(named.code == 0, "\(named.errors)")
            #expect(try String(contentsOfFile: out, encoding: .utf8).contains("\n`meno stat`Post,0.25,"))
            let again = try await Program.run("results", "merge", own, peer, "--out", out, "--format", "json")
            #expect(again.code == 73 && again.errorCode == "outputExists")
        }

        @Test func resultsThatDoNotBelongTogether() async throws {
            let scratch = try TemporaryFolder()
            let own = try folder(
                scratch, "own",
                "(Intercept),1,NA,NA,NA,NA,NA,hospital,2\nage,-0.5,NA,NA,NA,NA,NA,hospital,1\n")
            let rows = "marker,0.125,NA,NA,NA,NA,NA,lab,1\n"
            for (name, other) in [
                ("session", try folder(scratch, "s", rows, session: "bb")),
                ("job", try folder(scratch, "j", rows, job: Small.job(title: "Other"))), ("both are of", own),
                ("no party", try scratch.write("x.csv", Self.header + Self.noted(rows.replacing("lab", with: "bank")))),
                (
                    "columns differ",
                    try scratch.write(
                        "y.csv",
                        Self.header.replacing(",note\n", with: ",exp.estimate,exp.conf.low,exp.conf.high,note\n")
                            + Self.noted(rows.replacing("\n", with: ",1,NA,NA\n")))
                ),
            ] {
                let ended = try await Program.run("results", "merge", own, other, "--format", "json")
                #expect(ended.code == 5 && ended.errorCode == "resultsApart", "\(ended.output)")
                #expect(ended.output.contains(name), "\(ended.output)")
            }
            // The file alone, where its folder says whose it is.
            let session = try folder(scratch, "s2", rows, session: "bb")
            let bare = try await Program.run(
                "results", "merge", "\(own)/coefficients.csv", "\(session)/coefficients.csv")
            #expect(bare.code == 5, "\(bare.output)")
            let lone = try await Program.run(
                "results", "merge", own, try scratch.write("lone.csv", Self.header + Self.noted(rows)))
            #expect(lone.code == 0 && lone.errors.contains("was not checked"), "\(lone.errors)")
            let text = try scratch.write("z.csv", "a,b\n1,2\n")
            #expect(try await Program.run("results", "merge", text).code == 65)
        }

        // MARK: One message alone

        /// The file does not say which job it is of, and its message has a name all the same.
        @Test func aMessageAloneHasAName() async throws {
            let ended = try await Program.run("log", "verify", example("verify/message.json"))
            #expect(ended.code == 0 && !ended.output.contains("message 0x"), "\(ended.output)")
            let scratch = try TemporaryFolder()
            for (sequence, name) in [("0", "binding"), ("5", "opening")] {
                let file = scratch.path("\(sequence).json")
                let exported = try await Program.run(
                    "log", "export", example("verify/lab"), "--from", "hospital", "--sequence", sequence, "--out", file)
                #expect(exported.code == 0, "\(exported.errors)")
                let verified = try await Program.run("log", "verify", file)
                #expect(verified.code == 0 && verified.output.contains("message  \(name)"), "\(verified.output)")
            }
        }

        /// A limit on the size of files stands for the full disk.
        @Test func exportOnAFullDiskLeavesNothing() async throws {
            let scratch = try TemporaryFolder()
            let out = scratch.path("message.json")
            let ended = try await Running(
                "/bin/sh",
                [
                    "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh", try Program.path(), "log", "export",
                    example("verify/hospital"), "--from", "lab", "--sequence", "5", "--out", out,
                ], in: nil, input: nil
            ).wait()
            #expect(ended.code == 73 || ended.code != 0)
            #expect(try !scratch.names().contains { $0.contains("message.json") })
        }
    }
}
