import Foundation
import Jobs
import ProtocolKit
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

let hasPython = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/python3")
}

/// `scripts/verify-transcript`, which shares no code with this package, comes to the same verdicts.
@Suite(.enabled(if: hasPython)) struct SecondVerifierTests {
    /// - Parameter toys: whether it is to know the toys' plans in place of the program's own.
    static func second(_ folder: String, toys: Bool = false) throws -> String {
        // The last line is the verdict.
        try lines(folder, toys: toys).last ?? ""
    }

    static func lines(_ folder: String, toys: Bool = false) throws -> [String] {
        let script = Repository.root.appending(path: "scripts/verify-transcript")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script.path, folder] + (toys ? ["--purposes", try toyPurposes.get()] : [])
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func verdict(_ folder: String) throws -> String { try Self.second(folder, toys: true) }

    /// What the toys say of themselves, as data; kept until the tests end.
    private static let toyPurposes = Result {
        let jobs = try ["linear", "logistic"].map { family in
            (
                name: family,
                job: try Job(yaml: JobTemplate.text().replacing("family: logistic", with: "family: \(family)"))
            )
        }
        let registry = Verifier.Options(toys: { $0.plan = { _ in countingToyPlan } }).registry
        let file = FileManager.default.temporaryDirectory.appending(path: "toys-\(UUID().uuidString).json")
        try Data(RegistryDocument(registry, jobs: jobs).encoded()).write(to: file)
        return file.path
    }

    /// What the outcome of such a session names: one of each.
    static func counts(_ purpose: SessionPurpose) -> [String: Int64] {
        Dictionary(uniqueKeysWithValues: purpose.toy.counts.map { ($0, 1) })
    }

    /// Its decisions and widths are those of the vectors, which a third program made.
    @Test func decidesAsTheVectorsSay() throws {
        let script = Repository.root.appending(path: "scripts/check-second-verifier").path
        func run(_ arguments: [String]) throws -> Int32 {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["python3", script] + arguments
            process.standardOutput = Pipe()
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        #expect(try run([]) == 0)
        // Another decision is seen.
        let vectors = Repository.root.appending(path: "protocols/vectors/training.json")
        let text = try String(contentsOf: vectors, encoding: .utf8)
        let file = FileManager.default.temporaryDirectory.appending(path: "vectors-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        for edited in [
            text.replacing("checkpoint, variances", with: "variances"),
            text.replacing("\"squareShift\":42", with: "\"squareShift\":41"),
        ] {
            #expect(edited != text)
            try Data(edited.utf8).write(to: file)
            #expect(try run([file.path]) == 1)
        }
        // And another point.
        let curve = Repository.root.appending(path: "protocols/vectors/alignment-ecdh.json")
        let points = try String(contentsOf: curve, encoding: .utf8)
        let spoilt = points.replacing("\"taken\": [", with: "\"taken\": [\"\(String(repeating: "f", count: 64))\",")
        #expect(spoilt != points)
        try Data(spoilt.utf8).write(to: file)
        #expect(try run([vectors.path, file.path]) == 1)
        // And another session of several parties: one number fewer is handed over.
        let others = ["describe.json", "multiparty-training.json"].map {
            Repository.root.appending(path: "protocols/vectors/\($0)").path
        }
        let sessions = Repository.root.appending(path: "protocols/vectors/multiparty-sessions.json")
        let told = try String(contentsOf: sessions, encoding: .utf8)
        let record = try #require(told.firstMatch(of: /\["registry",546,\d+,0,1,(\d+)\]/))
        let shorter = record.0.replacing("\(record.1)]", with: "\((Int(record.1) ?? 0) - 19)]")
        try Data(told.replacing(record.0, with: shorter).utf8).write(to: file)
        #expect(try run([vectors.path, curve.path] + others + [file.path]) == 1)
    }

    @Test func bothAgree() throws {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play()
        try forge.write(folder.path + "/whole", counts: Self.counts(.fit))
        try forge.write(folder.path + "/unfinished", finishes: false)
        #expect(try verdict(folder.path + "/whole") == "VALID")
        #expect(try verdict(folder.path + "/unfinished") == "NOT CLOSED")
        #expect(outcomeName(verify(folder.path + "/whole")) == "VALID")
        // One byte changed in each file: the same number from both.
        let changes: [(String, (Int) -> Int)] = [
            ("log/lab~hospital.log", { $0 / 2 }), ("log/hospital~lab.log", { $0 - 3 }), ("job.bin", { $0 / 2 }),
            ("checkpoint/lab~hospital.txt", { _ in 90 }), ("outcome.bin", { $0 - 1 }), ("outcome.bin", { $0 - 90 }),
            ("checkpoint/hospital~lab.txt", { $0 - 20 }), ("parties.bin", { $0 - 40 }), ("job.yaml", { _ in 2 }),
        ]
        for (name, place) in changes {
            let copy = try folder.copy(of: folder.path + "/whole")
            let file = URL(fileURLWithPath: copy + "/" + name)
            var bytes = Array(try Data(contentsOf: file))
            bytes[place(bytes.count)] ^= 1
            try Data(bytes).write(to: file)
            let ours = outcomeName(verify(copy))
            #expect(try verdict(copy).prefix(3) == ours.prefix(3), "\(name): \(ours)")
        }
    }

    /// The second verifier follows a plan record by record: a long log must not take it to the end of its stack.
    @Test func aLongLogIsFollowedToItsEnd() throws {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play(rounds: 1500)
        try forge.write(folder.path, counts: Self.counts(.fit))
        #expect(try verdict(folder.path) == "VALID")
    }

    /// How a session ended, and what its outcome may say of it.
    @Test func bothAgreeAboutEndsAndCounts() throws {
        let options = Verifier.Options(toys: { _ in })
        func ended(
            _ expected: String, _ purpose: SessionPurpose = .fit, counts: [String: Int64]? = nil,
            metrics: [String: Double]? = nil, _ change: (inout Forge) -> Void = { _ in },
            beforeEnd: (inout Forge) throws -> Void = { _ in }
        ) throws {
            let folder = try TemporaryFolder()
            var forge = try Forge(for: purpose)
            change(&forge)
            try forge.play(beforeEnd: beforeEnd)
            try forge.write(folder.path, counts: counts ?? Self.counts(purpose), metrics: metrics)
            #expect(outcomeName(verify(folder.path, options)) == expected)
            #expect(try verdict(folder.path) == expected)
        }
        for purpose in [SessionPurpose.fit, .alignment, .prediction] {
            try ended("VALID", purpose)
            try ended("T15 countMismatch", purpose, counts: [:])
            try ended("T15 countMismatch", purpose, counts: Self.counts(purpose).merging(["rounds": 1]) { $1 })
            // Whoever aborts has said its last word.
            let abort = try AbortMessage(reason: AbortReason(.failure, "failed")).encoded()
            try ended("T09 outOfOrder", purpose, beforeEnd: { try $0.send(\.b, .abort, abort) })
            try ended("T15 notClosed", purpose) { forge in
                forge.alter = { _, draft in
                    if draft.type == .closing, draft.from == "lab" {
                        draft.type = .abort
                        draft.payload = (try? AbortMessage(reason: AbortReason(.failure, "failed")).encoded()) ?? []
                    }
                }
            }
        }
        try ended("T15 countMismatch", .alignment, metrics: ["auc": 0.9])
        // The number that was sent, where one was.
        let type = MessageType(rawValue: 0x0114)
        for (sent, expected) in [(1, "VALID"), (5, "T15 countMismatch")] as [(UInt8, String)] {
            let folder = try TemporaryFolder()
            var forge = try Forge(for: .count)
            try forge.play { try $0.send(\.a, type, [UInt8](repeating: 0, count: 7) + [sent]) }
            try forge.write(folder.path, counts: Self.counts(.count))
            #expect(try verdict(folder.path) == expected)
        }
        let folder = try TemporaryFolder()
        var forge = try Forge(for: .count)
        try forge.play()
        try forge.write(folder.path, counts: Self.counts(.count))
        #expect(try verdict(folder.path) == "T15 countMismatch")
    }

    @Test func bothAgreeAboutFilesAndPruning() throws {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play()
        try forge.write(folder.path + "/unsigned", counts: Self.counts(.fit), unlisted: "job.yaml")
        try forge.write(folder.path + "/stranger")
        try Data().write(to: URL(fileURLWithPath: folder.path + "/stranger/approvals/eve.txt"))
        var mixed = try Forge()
        mixed.alter = { _, draft in draft.isPruned = draft.type == Number.type }
        try mixed.play()
        try mixed.write(folder.path + "/mixed")
        for (name, expected) in [
            ("unsigned", "T33 fileUnsigned"), ("stranger", "T01 fileUnexpected"), ("mixed", "T01 payloadsMixed"),
        ] {
            #expect(outcomeName(verify("\(folder.path)/\(name)")) == expected)
            #expect(try verdict("\(folder.path)/\(name)").hasPrefix(expected))
        }
    }

    @Test func bothAgreeAboutForgedRecords() throws {
        let changes: [(inout Forge.Draft) -> Void] = [
            { $0.session = .zero }, { $0.sequence += 1 }, { $0.sentAt = 5 },
            { $0.seen = TreeHead(size: $0.seen.size, root: .zero) },
        ]
        for change in changes {
            let folder = try TemporaryFolder()
            var forge = try Forge()
            forge.alter = { _, draft in if draft.type == Number.type, draft.round == 1 { change(&draft) } }
            try forge.play()
            try forge.write(folder.path, counts: Self.counts(.fit))
            let ours = outcomeName(verify(folder.path, Verifier.Options()))
            #expect(try verdict(folder.path).prefix(3) == ours.prefix(3), "\(ours)")
        }
    }

    @Test func aRealSession() async throws {
        let toy = try await ToyTranscripts(counts: Self.counts(.fit))
        #expect(try verdict(toy.hospital) == "VALID")
        #expect(try verdict(toy.lab) == "VALID")
    }

    /// A training's form (T10, T13), its steps and its end (T23), how much was opened (T24).
    @Test func bothAgreeAboutStepsAndOpenings() async throws {
        let recorded = try await WholeJobTests.honest.value
        let honest = try #require(verify(recorded.path("lab"), WholeJobTests.options()).summary).counts
        let changes: [(String, (inout JobForge) throws -> Void)] = [
            ("VALID", { _ in }),
            // A trace by which the inverse does not come, and yet the fit goes on.
            ("T23 stepMismatch", { try $0.window(0, from: "lab") { bits, value in (bits, value ^ 1 << 10) } }),
            // A norm that is open at once, and yet another window of it follows.
            ("T23 stepMismatch", { try $0.window(1, from: "lab") { bits, value in (bits, value ^ 1 << 10) } }),
            ("T24 openedTooMuch", { try $0.window(1, from: "lab") { bits, value in (bits + 1, value) } }),
            ("T10 malformedMessage", { try $0.window(1, from: "lab") { bits, _ in (bits, 1 << UInt64(bits)) } }),
            (
                "T24 openedTooMuch",
                { try $0.edit(0x021B, from: "hospital") { $0 = ChecksTests.prefixed(Array($0[4...]) + [0]) } }
            ),
            (
                "T10 wrongCount",
                { try $0.edit(0x0218) { $0 = ChecksTests.prefixed(Array($0[(4 + ChecksTests.wide)...])) } }
            ),
            ("T10 wrongLength", { try $0.edit(0x0218) { $0 = ChecksTests.prefixed(Array($0[5...])) } }),
            ("T10 malformedMessage", { try $0.edit(0x0203) { $0[7] = 41 } }),
            ("T13 boundsNotAllowed", { try $0.edit(0x0203) { $0[7] = 1 } }),
            ("T09 outOfOrder", { try $0.number(0x021A, as: 1 << 20, from: "lab") }),
            // Input roots of one column less, of the same twice, in another order, of one more, over other rows.
            ("T25 inputMissing", { try $0.edit(0x0301, from: "lab") { $0 = try Self.roots(["x"]) } }),
            ("T25 inputMissing", { try $0.edit(0x0301, from: "lab") { $0 = try Self.roots(["x", "x"]) } }),
            ("T25 inputsOutOfOrder", { try $0.edit(0x0301, from: "lab") { $0 = try Self.roots(["z", "x"]) } }),
            ("T25 inputUnexpected", { try $0.edit(0x0301, from: "lab") { $0 = try Self.roots(["x", "z", "w"]) } }),
            (
                "T25 inputsOutOfOrder",
                { try $0.edit(0x0301, from: "hospital") { $0 = try Self.roots(["x", "y", "z"]) } }
            ),
            ("T10 wrongCount", { try $0.edit(0x0301, from: "lab") { $0 = try Self.roots(["x", "z"], rows: 61) } }),
            ("T10 malformedMessage", { try $0.edit(0x0301, from: "lab") { $0.removeLast() } }),
            ("T09 outOfOrder", { forge in forge.items.remove(at: try forge.index(0x0301, from: "lab")) }),
        ]
        for (expected, change) in changes {
            var forge = try JobForge(recorded)
            try change(&forge)
            let path = "\(recorded.folder.path)/\(UUID().uuidString)"
            try forge.write(path, counts: honest)
            #expect(outcomeName(verify(path, WholeJobTests.options())) == expected)
            #expect(try Self.second(path) == expected)
        }
    }

    private static func roots(_ columns: [String], rows: UInt64 = 60) throws -> [UInt8] {
        try InputRoots(rows: rows, items: columns.map { InputRoots.Item(column: $0, root: .zero) }).encoded()
    }

    /// What it knows of a training beside that: counts, checkpoints, moduli.
    @Test func aWholeJobToldAgain() async throws {
        let recorded = try await WholeJobTests.honest.value
        #expect(try Self.second(recorded.path("hospital")) == "VALID")
        #expect(try Self.second(recorded.path("lab")) == "VALID")
        let honest = try #require(verify(recorded.path("lab"), WholeJobTests.options()).summary).counts
        #expect(Set(honest.keys) == SessionPurpose.fit.toy.counts)
        let changes: [(String, [String: Int64], (inout JobForge) throws -> Void)] = [
            ("T15 countMismatch", ["rows": -1], { _ in }), ("T15 countMismatch", ["fitted": .max], { _ in }),
            ("VALID", [:], { _ in }), ("T15 passesMismatch", ["passes": 99], { _ in }),
            ("T15 countMismatch", ["fitted": 59], { _ in }), ("T15 countMismatch", ["parameters": 4], { _ in }),
            ("T15 convergenceMismatch", ["converged": 0], { _ in }),
            ("T16 checkpointMissing", [:], { try $0.dropLastCheckpoint() }),
            // Coefficients, and nothing of what else the job reveals.
            ("T15 convergenceMismatch", [:], { try $0.stopAfterTheCoefficients() }),
            ("T23 fitNotFinished", ["converged": 0], { try $0.stopAfterTheCoefficients() }),
        ]
        for (expected, counts, change) in changes {
            let found = try Self.second(try forge(counts, change))
            #expect(found == expected)
        }
        #expect(try Self.second(try forge([:], finishes: false) { try $0.keys { one, _ in one } }) == "T26 keyReused")

        func forge(
            _ counts: [String: Int64], finishes: Bool = true, _ change: (inout JobForge) throws -> Void
        ) throws -> String {
            var forge = try JobForge(recorded)
            try change(&forge)
            let path = "\(recorded.folder.path)/\(UUID().uuidString)"
            try forge.write(path, counts: honest.merging(counts) { $1 }, finishes: finishes)
            return path
        }
    }
}
