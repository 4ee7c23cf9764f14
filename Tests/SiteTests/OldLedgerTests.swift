import Crypto
import Foundation
import Jobs
import Testing
import Wire

@testable import Site

/// `protocols/disclosure.md` 8.
@Suite struct OldLedgerTests {
    private struct Line: Encodable {
        var time = "2026-01-01T00:00:00Z"
        var event: String
        var job: String?
        var peer: String? = "lab"
        var details: [String: String] = [:]
        var previous = ""
    }

    private static let job = String(repeating: "c", count: 64)

    private static func tags(_ people: Range<Int>) -> [String] {
        people.map { Hex.encode(SHA256.hash(data: Data("\($0)".utf8)).prefix(16)) }.sorted()
    }

    private static func oldName(_ tags: [String]) -> String {
        Hex.encode(SHA256.hash(data: Data(tags.joined(separator: "\n").utf8)))
    }

    /// A site folder of the old form.
    private func old(_ lines: [Line], cohorts: [(job: String, people: Range<Int>)] = []) throws -> LedgerFolder {
        let folder = try LedgerFolder(making: false)
        var (text, previous) = ("", "")
        for var line in lines {
            line.previous = Hex.encode(SHA256.hash(data: Data(previous.utf8)))
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            previous = String(decoding: try encoder.encode(line), as: UTF8.self)
            text += previous + "\n"
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/ledger.jsonl"))
        for cohort in cohorts {
            let tags = Self.tags(cohort.people)
            try FileManager.default.createDirectory(
                atPath: folder.path + "/cohorts", withIntermediateDirectories: true)
            let file = "\(folder.path)/cohorts/\(cohort.job)-\(Self.oldName(tags).prefix(16)).txt"
            try Data((["lab"] + tags).map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: file))
        }
        return folder
    }

    private func exists(_ folder: LedgerFolder, _ name: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder.path)/\(name)")
    }

    @Test func isTakenOverOnce() throws {
        let known = Self.oldName(Self.tags(0..<60))
        let folder = try old(
            [
                Line(event: "siteMade", peer: nil), Line(event: "jobApproved", job: Self.job),
                Line(event: "countOpened", job: Self.job), Line(event: "jobStarted", job: Self.job),
                Line(event: "scoresOpened", job: Self.job, details: ["cohort": known]),
                Line(event: "scoresOpened", job: Self.job, details: ["cohort": "of which nothing was kept"]),
                Line(event: "jobFinished", job: Self.job),
            ], cohorts: [(Self.job, 0..<60)])
        let entries = try folder.ledger().entries()
        #expect(entries.map(\.event).suffix(3) == ["jobFinished", "cohortOpened", "ledgerTakenOver"])
        #expect(entries[1].time == "2026-01-01T00:00:00Z" && entries[1].job == Self.job)
        #expect(!exists(folder, "ledger.jsonl") && exists(folder, "ledger.jsonl.taken-over"))
        #expect(try folder.ledger().entries().count == 9)

        let cohort = Cohort(Self.tags(0..<60).map { Cohort.Tag(Hex.decode($0) ?? []) })
        let fewer = Cohort(cohort.tags.dropFirst(2))
        let other = Cohort(Self.tags(500..<600).map { Cohort.Tag(Hex.decode($0) ?? []) })
        let book = try folder.book("countsPerPeer: 1", job: "job-9", purpose: .count)
        #expect(try refusal { try book.open(set: Sets.root(1), identifiers: 80) } == "policy.countsPerPeer")
        #expect(try refusal { try book.check(fewer) } == "cohortDifference")
        // What was not kept is charged to everyone.
        #expect(try book.scoreVectors(of: fewer) == 2)
        #expect(try book.scoreVectors(of: other) == 1)
        #expect(
            try refusal { try folder.book("modelsPerRow: 1").open(cohort, fit: Sets.fit(1)) } == "policy.modelsPerRow")
    }

    @Test func aBrokenChainIsRefused() throws {
        let folder = try old([Line(event: "siteMade"), Line(event: "countOpened"), Line(event: "countOpened")])
        let path = folder.path + "/ledger.jsonl"
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        try Data((lines[0] + "\n" + lines[2] + "\n").utf8).write(to: URL(fileURLWithPath: path))
        #expect(try fault { _ = try folder.ledger() } == "ledgerBroken")
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(try fault { _ = try folder.ledger() } == "ledgerBroken")
        #expect(!exists(folder, "ledger.sqlite"))
    }

    @Test func missingAndChangedCohortsAreRefused() throws {
        let lines = [Line(event: "siteMade"), Line(event: "jobFinished", job: Self.job)]
        #expect(try fault { _ = try old(lines).ledger() } == "cohortMissing")
        for text in ["", "lab\n", "lab\n" + Self.tags(0..<59).joined(separator: "\n") + "\n"] {
            let folder = try old(lines, cohorts: [(Self.job, 0..<60)])
            let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cohorts").first)
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/cohorts/\(file)"))
            #expect(try fault { _ = try folder.ledger() } == "cohortChanged")
            #expect(!exists(folder, "ledger.sqlite"))
        }
    }

    @Test func aSecondOldFileIsRefused() throws {
        let folder = try old([Line(event: "siteMade")])
        _ = try folder.ledger()
        let other = try old([Line(event: "siteMade"), Line(event: "more")])
        try FileManager.default.copyItem(
            atPath: other.path + "/ledger.jsonl", toPath: folder.path + "/ledger.jsonl")
        #expect(try fault { _ = try folder.ledger() } == "ledgerTwice")
    }

    /// A process that was stopped after the database had its name, or after the head was written.
    @Test func stoppedHalfWayItGoesOn() throws {
        let folder = try old([Line(event: "siteMade")])
        _ = try folder.ledger()
        let (kept, back) = (folder.path + "/ledger.jsonl.taken-over", folder.path + "/ledger.jsonl")
        try FileManager.default.moveItem(atPath: kept, toPath: back)
        #expect(try folder.ledger().entries().count == 2)
        try FileManager.default.moveItem(atPath: kept, toPath: back)
        try FileManager.default.removeItem(atPath: folder.head)
        #expect(try folder.ledger().entries().count == 2)
        // Later than that a missing head is no half-done work.
        try folder.ledger().append(LedgerEntry(event: "more", at: Moment.start))
        try FileManager.default.moveItem(atPath: kept, toPath: back)
        try FileManager.default.removeItem(atPath: folder.head)
        #expect(try fault { _ = try folder.ledger() } == "ledgerHeadMissing")
    }
}
