import Foundation
import Jobs
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// What a session came to, and what its outcome signs: T13, T15, T28, T33.
extension TamperTests {
    @Test func t15Outcome() throws {
        #expect(try forged(files: edit("outcome.bin") { $0[$0.count - 1] ^= 1 }) == "T15 outcomeInvalid")
        #expect(try forged(files: edit("outcome.bin") { $0.append(1) }) == "T15 outcomeNotCanonical")
        // Truncated after the last checkpoint: only the outcome knows.
        #expect(try forged(files: editEntries(log) { $0.removeLast() }) == "T15 logEndMismatch")
        #expect(
            try forged(files: { try FileManager.default.removeItem(atPath: $0.path("outcome.bin")) }) == "NOT CLOSED")
    }

    /// Whoever signs an outcome may sign any number: none may reach what reckons with it.
    @Test func t15ImpossibleCounts() throws {
        let options = Verifier.Options.toy {
            $0.guardFacts = { job, counts in
                Issue.record("guards were asked about \(counts)")
                return GuardFacts(job: job, rows: 1)
            }
        }
        let extremes: [Int64] = [.min, -1, .max]
        for name in ["rows", "fitted", "passes", "parameters", "converged"] {
            for value in extremes + [1 << 24 + 1] {
                #expect(try forged(options: options, counts: [name: value]) == "T15 countMismatch", "\(name) \(value)")
            }
        }
        #expect(try forged(options: options, counts: ["rounded": 1 << 25 + 1]) == "T15 countMismatch")
        #expect(try forged(options: options, counts: ["rounding": 1 << 24 + 1]) == "T15 countMismatch")
        #expect(try forged(options: options, counts: ["rounds": -1]) == "T15 countMismatch")
        // Nor the numbers of an outcome that its keeper did not sign.
        #expect(
            try forged(files: edit("outcome.bin") { $0[$0.count - 1] ^= 1 }, options: options) == "T15 outcomeInvalid")
        let most: [String: Int64] = [
            "rows": 1 << 24, "fitted": 1 << 24, "passes": 10_000, "parameters": 1 << 20, "converged": 1,
        ]
        #expect(try forged(counts: most) == "VALID")
    }

    @Test func t15And28Counts() throws {
        var options = Verifier.Options(toys: { $0.counts = ["rounds", "rows"] })
        #expect(try forged(options: options) == "T15 countMismatch")
        #expect(try forged(options: options, counts: [:]) == "T15 countMismatch")
        #expect(try forged(options: options, counts: ["rounds": 2, "rows": 0]) == "VALID")
        // With payloads gone, the figures are the signer's word.
        options = .toy { $0.guardFacts = { job, _ in GuardFacts(job: job, rows: 1_000_000) } }
        for storage in [PayloadStorage.full, .pruned] {
            let folder = try TemporaryFolder()
            var forge = try Forge()
            forge.storage = storage
            try forge.play()
            try forge.write(folder.path, counts: ["rounds": 2, "rows": 0])
            let found = verify(folder.path, options).findings.first { $0.check == .t28 }
            #expect(found?.status == .passed && found?.sentence.contains("signer") == (storage == .pruned))
        }
    }

    /// What a terminal might obey has no place in a role or a figure's name.
    @Test func t01And15NamesArePlain() throws {
        for hostile in ["\u{1B}[2J", "a b", "\u{202E}", "", "naïve", "x\ny"] {
            #expect(try forged(counts: [hostile: 1]) == "T15 outcomeNotCanonical")
            #expect(
                try forged { forge in
                    let party = forge.b.local
                    let terms = SessionTerms(
                        jobHash: forge.job.hash, role: hostile, peerRole: "active",
                        protocols: [ProtocolVersion(id: 9, version: 1)])
                    forge.b = Forge.Party(party, terms, nonce: forge.b.nonce, seed: SessionSeed())
                    let (mine, theirs) = ((forge.a.hello, forge.a.nonce), (forge.b.hello, forge.b.nonce))
                    forge.session = try SessionBinding.sessionID(jobHash: forge.job.hash, mine, theirs)
                } == "T01 fileNotCanonical")
        }
    }

    @Test func t13And28PolicyAndGuards() throws {
        var options = Verifier.Options.toy
        options.policy = try Policy(yaml: "policy: 1\npeers: [nobody]\n")
        #expect(try forged(options: options) == "T13 refusedByPolicy")
        // A policy is its own site's, whoever kept the folder: the other party's copy is no less valid by it.
        options.policy = try Policy(yaml: "policy: 1\npeers: [hospital]\n")
        for (site, expected) in [("lab", "VALID"), ("hospital", "T13 refusedByPolicy"), ("registry", "VALID")] {
            options.site = site
            #expect(try forged(options: options) == expected, "\(site)")
        }
        options = .toy { $0.guardFacts = { job, _ in GuardFacts(job: job, rows: 10) } }
        #expect(try forged(options: options).hasPrefix("T28 "))
    }

    @Test func t33Files() throws {
        #expect(try forged(files: edit("job.yaml") { $0[2] ^= 1 }) == "T33 fileChanged")
        // More than the outcome signs.
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play()
        try forge.write(folder.path, unlisted: "approvals/lab.txt")
        #expect(outcomeName(verify(folder.path)) == "T33 fileUnsigned")
        // Of somebody who is no party.
        for name in ["approvals/eve.txt", "log/eve~lab.log", "log/lab~eve.log", "checkpoint/lab~lab.txt"] {
            #expect(
                try forged(files: { try Data().write(to: URL(fileURLWithPath: $0.path(name))) })
                    == "T01 fileUnexpected", "\(name)")
        }
    }
}
