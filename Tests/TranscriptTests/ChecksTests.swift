import Bignum
import Foundation
import Jobs
import Paillier
import Testing

@testable import Transcript
@testable import Wire

/// One change for every check: it fails by its own name, and what comes after it is not evaluated.
@Suite(.serialized) struct ChecksTests {
    struct Case: Sendable {
        let check: Check
        let error: String
        let report: @Sendable () async throws -> VerificationReport

        init(_ check: Check, _ error: String, _ report: @escaping @Sendable () async throws -> VerificationReport) {
            self.check = check
            self.error = error
            self.report = report
        }
    }

    /// Checks that no folder alone can fail, each with the reason; and those that the program makes and tests itself.
    static let elsewhere: [Check: String] = [
        .t22: "never public (transcript.md 9); R02 makes it", .r03: "EndToEndTests", .a01: "EndToEndTests",
        .a04:
            "what it checks alone: WholeJobTests; a key that does not follow from its seed fails R02 and so A01 before it",
        .a05: "EndToEndTests", .a06: "EndToEndTests",
    ]

    @Test func everyCheckHasACase() {
        let covered = Set(Self.cases.map(\.check))
        #expect(covered.isDisjoint(with: Self.elsewhere.keys))
        #expect(Set(Check.allCases) == covered.union(Self.elsewhere.keys))
    }

    @Test func everyCaseFailsByItsOwnName() async throws {
        for item in Self.cases {
            let report = try await item.report()
            if item.check == .t32 {
                // A disputed tail is nobody's fault: a warning.
                #expect(report.failure == nil)
                #expect(report.findings.first { $0.check == .t32 }?.error == item.error)
                continue
            }
            #expect(report.failure?.check == item.check, "\(item.check): \(outcomeName(report))")
            #expect(report.failure?.error == item.error, "\(item.check): \(outcomeName(report))")
            #expect(report.verdict == .invalid)
            let after = report.findings.drop { $0.status != .failed }.dropFirst()
            #expect(after.allSatisfy { $0.status == .notEvaluated }, "\(item.check)")
            #expect(report.findings.count { $0.status == .failed } == 1, "\(item.check)")
        }
    }

    static let cases: [Case] =
        fileCases + recordCases + jobCases + [
            Case(.x01, "equivocation") { try copies(isLate: false) },
            Case(.x02, "copiesDiffer") { try copies(isLate: true) },
            Case(.r01, "commitmentMismatch") {
                try await replayed { replay in replay.finding(commitments: []) }
            },
            Case(.r02, "replayMismatch") { try await replayed(secret: 8) { $0.finding(after: $1) } },
        ]

    // MARK: Toy sessions

    private static let log = "log/lab~hospital.log"

    private static let fileCases: [Case] = [
        Case(.t01, "fileMissing") {
            try toy(files: { try FileManager.default.removeItem(atPath: $0.path("parties.bin")) })
        },
        Case(.t02, "jobHashMismatch") { try toy(files: { try edit($0, "job.bin") { $0[$0.count / 2] ^= 1 } }) },
        Case(.t05, "payloadHashMismatch") {
            try toy(files: { layout in
                var entries: [LogEntry] = []
                var reader = try LogReader(layout, log)
                while case .entry(let entry) = try reader.next() { entries.append(entry) }
                entries[5] = LogEntry(record: entries[5].record, leaf: entries[5].leaf, payload: [1])
                try Data(LogEntry.magic + (try entries.flatMap { try $0.encoded }))
                    .write(to: URL(fileURLWithPath: layout.path(log)))
            })
        },
        Case(.t06, "checkpointInvalid") { try toy(files: { try dropLine($0, "/log") }) },
        Case(.t07, "countersignatureMissing") { try toy(files: { try dropLine($0, "/witness") }) },
        Case(.t29, "timestampInvalid") {
            try toy(files: { layout in
                try FileManager.default.createDirectory(
                    atPath: layout.path("timestamps"), withIntermediateDirectories: false)
                try Data([1, 2]).write(to: URL(fileURLWithPath: layout.path("timestamps/authority.tsr")))
            })
        },
        Case(.t30, "buildUnsigned") {
            try toy(files: { layout in
                // Named beside an outcome that does not sign it.
                try Data("moiety build 1\nversion 0.1.0\narithmetic portable\n".utf8)
                    .write(to: URL(fileURLWithPath: layout.path("build.txt")))
            })
        },
        Case(.t33, "fileChanged") { try toy(files: { try edit($0, "job.yaml") { $0[2] ^= 1 } }) },
    ]

    private static let recordCases: [Case] = [
        Case(.t03, "approvalLate") { try toy { $0.approvalTime = "2999-01-01T00:00:00Z" } },
        Case(.t04, "identityMismatch") {
            var options = toyOptions()
            options.pinned["lab"] = SigningKey().publicKey
            return try toy(options: options)
        },
        Case(.t08, "clockWentBack") { try toy { $0.alter = { _, d in if isSecondQuestion(d) { d.sentAt = 5 } } } },
        Case(.t09, "outOfOrder") {
            try toy(beforeEnd: { try $0.send(\.b, Answer.type, try Answer([1]).encoded(), round: 2) })
        },
        Case(.t10, "malformedMessage") { try toy { $0.alter = { _, d in if d.type == .closing { d.payload = [1] } } } },
        Case(.t14, "undeclaredMessage") {
            try toy(beforeEnd: { try $0.send(\.a, MessageType(rawValue: 0x01ff), [1]) })
        },
        Case(.t17, "causalityViolation") {
            try toy(
                { forge in
                    forge.alter = { _, d in
                        if isSecondQuestion(d) { d.seen = TreeHead(size: d.seen.size, root: .zero) }
                    }
                }, options: Verifier.Options())
        },
        Case(.t18, "sessionMismatch") { try toy { $0.session = Bytes32(hashing: [1]) } },
        Case(.t25, "commitmentsLate") { try toy { $0.commitsLate = true } },
        Case(.t27, "rewindDetected") {
            try toy(
                beforeEnd: { try $0.send(\.b, Answer.type, try Answer([9]).encoded(), chunk: Chunk(0, of: 2)) },
                options: Verifier.Options())
        },
        Case(.t28, "limit-cohort") {
            var options = toyOptions()
            options.guardFacts = { job, _ in GuardFacts(job: job, rows: 10, labelEntropy: 0.5) }
            return try toy(options: options)
        },
        Case(.t32, "disputedTail") {
            try toy(
                finishes: false, options: Verifier.Options(),
                afterEnd: { forge in
                    for round in 2..<7 {
                        try forge.send(\.a, Number.type, try Number(1).encoded(), round: UInt32(round))
                    }
                })
        },
    ]

    private static func isSecondQuestion(_ draft: Forge.Draft) -> Bool {
        draft.type == Number.type && draft.round == 1
    }

    private static func toy(
        _ change: (inout Forge) throws -> Void = { _ in }, finishes: Bool = true,
        beforeEnd: (inout Forge) throws -> Void = { _ in }, files: (TranscriptLayout) throws -> Void = { _ in },
        options: Verifier.Options = toyOptions(), afterEnd: (inout Forge) throws -> Void = { _ in }
    ) throws -> VerificationReport {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try change(&forge)
        try forge.play(beforeEnd: beforeEnd)
        try afterEnd(&forge)
        try forge.write(folder.path, finishes: finishes)
        try files(TranscriptLayout(folder: folder.path))
        return verify(folder.path, options)
    }

    private static func edit(
        _ layout: TranscriptLayout, _ name: String, _ change: (inout [UInt8]) throws -> Void
    ) throws {
        var bytes = try layout.read(name, limit: 1 << 24)
        try change(&bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: layout.path(name)))
    }

    private static func dropLine(_ layout: TranscriptLayout, _ part: String) throws {
        try edit(layout, "checkpoint/lab~hospital.txt") { bytes in
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            bytes = Array(lines.filter { !$0.contains(part) }.joined(separator: "\n").utf8)
        }
    }

    /// The lab's copy differs from the hospital's, before the last checkpoint or after it.
    private static func copies(isLate: Bool) throws -> VerificationReport {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play()
        try forge.write(folder.path + "/a", finishes: !isLate)
        if isLate {
            let rest = Array(forge.b.entries.dropLast())
            forge.b.entries = rest
            forge.b.tree = MerkleTree(leaves: rest.map(\.leaf))
            try forge.send(\.b, .abort, try AbortMessage(reason: AbortReason(.failure, "failed")).encoded())
        } else {
            for side in [\Forge.a, \Forge.b] {
                forge[keyPath: side].tree = MerkleTree()
                forge[keyPath: side].entries = []
            }
            forge.alter = { _, d in if d.type == Answer.type, d.round == 1 { d.payload[4] ^= 1 } }
            try forge.play()
        }
        try forge.write(folder.path + "/b", as: \.b, finishes: !isLate)
        return Verifier(folder: folder.path + "/a", options: toyOptions()).verify(against: folder.path + "/b")
    }

    /// A finding of a replay, in a report of its own.
    private static func replayed(
        secret: UInt8 = 9, isRandom: Bool = false,
        _ finding: (Replay, (any Error)?) -> VerificationReport.Finding
    ) async throws -> VerificationReport {
        let folder = try TemporaryFolder()
        let done = try await ReplayTests.run(folder.path, isRandom: isRandom)
        let replay = try Replay(folder: done.lab, seed: done.seedLab)
        var thrown: (any Error)?
        do {
            try await replay.session.run { try await ReplayTests.answer($0, secret: secret, rounds: 3, items: []) }
        } catch { thrown = error }
        return VerificationReport(verdict: .valid, findings: [], summary: nil).adding([finding(replay, thrown)])
    }

    private static func replayed(
        _ finding: (Replay) -> VerificationReport.Finding
    ) async throws -> VerificationReport {
        try await replayed { replay, _ in finding(replay) }
    }

    // MARK: A whole job, told again

    private static let wide = 2 * WholeJobTests.trainingBits / 8

    private static let jobCases: [Case] = [
        Case(.t11, "ciphertextOutOfRange") {
            try await job { forge in
                try forge.edit(0x0211) { $0.replaceSubrange(4..<4 + wide, with: [UInt8](repeating: 0xff, count: wide)) }
            }
        },
        Case(.t12, "keyProofRejected") { try await job { try $0.edit(0x0202, from: "lab") { $0[$0.count - 3] ^= 1 } } },
        Case(.t13, "keySizeMismatch") { try await job { try $0.edit(0x0101, from: "lab") { $0[4] ^= 1 } } },
        Case(.t15, "passesMismatch") { try await job(counts: ["rows": 60, "fitted": 60, "passes": 99]) { _ in } },
        Case(.t16, "checkpointMissing") {
            try await job { forge in
                forge.dropCheckpoint(2)
            }
        },
        Case(.t19, "proofOfOtherContext") {
            try await job { forge in
                // The hospital's parameters with the hospital's proof, as if they were the lab's.
                let mirrored = forge.items[try forge.index(0x0201, from: "hospital")].payload
                try forge.edit(0x0201, from: "lab") { $0 = mirrored }
            }
        },
        Case(.t20, "ciphertextRepeated") {
            try await job {
                try $0.edit(0x0211) { $0.replaceSubrange(4 + wide..<4 + 2 * wide, with: Array($0[4..<4 + wide])) }
            }
        },
        Case(.t21, "ciphertextUnencrypted") {
            try await job { forge in
                let one = [UInt8](repeating: 0, count: wide - 1) + [1]
                try forge.edit(0x0211) { $0.replaceSubrange(4..<4 + wide, with: one) }
            }
        },
        Case(.t23, "stepMismatch") {
            try await job { forge in
                // Inner products by which the fit would be done, and yet it goes on.
                for party in ["hospital", "lab"] {
                    try forge.edit(0x0216, 1, from: party) { $0 = numbers([0, 0x1p-40]) }
                }
            }
        },
        Case(.t24, "decryptionBudgetExceeded") {
            try await job { forge in
                // One ciphertext more to open than the lab has columns for, and a new one.
                let key = forge.items[try forge.index(0x0202, from: "hospital")].payload
                let n = BigInt(bigEndian: key[8..<8 + WholeJobTests.trainingBits / 8])
                try forge.edit(0x0214, from: "lab") { payload in
                    let c = BigInt(bigEndian: payload[4..<4 + wide])
                    let more = try (c * c).mod(n * n).bigEndianBytes(width: wide)
                    payload = prefixed(Array(payload[4...]) + more)
                }
            }
        },
        Case(.t26, "keyReused") { try await job(finishes: false) { try $0.keys { one, _ in one } } },
    ]

    /// Two keys with a prime in common are as bad as one key twice.
    @Test func keysThatShareAPrime() async throws {
        let report = try await Self.job(finishes: false) { forge in
            try forge.keys { one, generator in
                while true {
                    let candidate = try PrivateKey.generateUnchecked(
                        bits: WholeJobTests.trainingBits, using: &generator)
                    let other = try PrivateKey(p: one.first.prime, q: candidate.second.prime, x: 3)
                    if other.publicKey.modulusBits == WholeJobTests.trainingBits { return other }
                }
            }
        }
        #expect(outcomeName(report) == "T26 sharedFactor")
    }

    static func job(
        counts: [String: Int64] = ["rows": 60, "fitted": 60], finishes: Bool = true,
        _ change: (inout JobForge) throws -> Void
    ) async throws -> VerificationReport {
        var forge = try JobForge(try await WholeJobTests.honest.value)
        try change(&forge)
        let folder = try TemporaryFolder()
        try forge.write(folder.path, counts: counts, finishes: finishes)
        return verify(folder.path, WholeJobTests.options())
    }

    static func prefixed(_ bytes: [UInt8]) -> [UInt8] {
        var encoder = Encoder()
        encoder.writePrefixed(bytes)
        return (try? encoder.finish()) ?? []
    }

    static func numbers(_ values: [Double]) -> [UInt8] {
        var encoder = Encoder()
        encoder.writeArray(values) { encoder, value in encoder.write(value) }
        return (try? encoder.finish()) ?? []
    }

    // MARK: What a passive party may try (the names that transcript.md 9 gives)

    @Test func honestJobsHoldWhenToldAgain() async throws {
        #expect(outcomeName(try await Self.job { _ in }) == "VALID")
        let counts: [String: Int64] = ["rows": 60, "fitted": 60, "parameters": 5, "converged": 1]
        #expect(outcomeName(try await Self.job(counts: counts) { _ in }) == "VALID")
        let other = try await Self.job(counts: counts.merging(["converged": 0]) { $1 }) { _ in }
        #expect(outcomeName(other) == "T15 convergenceMismatch")
    }

    @Test func aPassivePartyThatReordersReplaysOrDrops() async throws {
        // Its opened sums before its masked ones.
        #expect(
            outcomeName(
                try await Self.job { forge in
                    let (one, other) = (try forge.index(0x0214, from: "lab"), try forge.index(0x0215, from: "lab"))
                    forge.items.swapAt(one, other)
                }) == "T09 outOfOrder")
        // A message of one pass again in the next.
        #expect(
            outcomeName(
                try await Self.job { forge in
                    let old = forge.items[try forge.index(0x0213, 0, from: "lab")].payload
                    try forge.edit(0x0213, 1, from: "lab") { $0 = old }
                }) == "T20 ciphertextRepeated")
        // The same message once more.
        #expect(
            outcomeName(
                try await Self.job { forge in
                    let place = try forge.index(0x0216, from: "lab")
                    forge.items.insert(forge.items[place], at: place)
                }) == "T09 outOfOrder")
        // Never sends its part of the constant.
        #expect(
            outcomeName(try await Self.job { $0.items.remove(at: try $0.index(0x0224, from: "lab")) })
                == "T09 outOfOrder")
    }

    @Test func aPassivePartyThatSubstitutesItsKey() async throws {
        let report = try await Self.job { forge in
            var generator = SystemRandomNumberGenerator()
            let other = try PrivateKey.generateUnchecked(bits: WholeJobTests.trainingBits, using: &generator)
            try forge.edit(0x0202, from: "lab") { payload in
                let key = other.publicKey.serialized
                payload.replaceSubrange(4..<4 + key.count, with: key)
            }
        }
        #expect(outcomeName(report) == "T12 keyProofRejected")
    }

    @Test func aPassivePartyThatUsesOtherDataOrOtherRandomness() async throws {
        let recorded = try await WholeJobTests.honest.value
        let other = try TemporaryFolder()
        // Audited with the data that it should have used, which is not what it used.
        let side = try WholeJobTests.side(other.path, isActive: false, data: 5)
        let replay = try Replay(folder: recorded.path("lab"), seed: try #require(recorded.seeds["lab"]))
        let error = await #expect(throws: (any Error).self) {
            try await replay.session.run { try await WholeJobTests.work(side, over: $0) }
        }
        #expect(replay.finding(after: error).error == "replayMismatch")
        let random = try await Self.replayed(isRandom: true) { $0.finding(after: $1) }
        #expect(outcomeName(random) == "R02 replayMismatch")
    }

    @Test func moreThanWasDeclaredIsNamed() async throws {
        // Scores that this job does not reveal, and more opened bytes than were asked for.
        #expect(
            outcomeName(
                try await Self.job { forge in
                    let place = try forge.index(0x0224, from: "lab")
                    var scores = forge.items[place]
                    scores = JobForge.Item(
                        from: "lab", type: MessageType(rawValue: 0x0230), round: scores.round, chunk: .whole,
                        payload: [0, 0, 0, 0])
                    forge.items.insert(scores, at: place + 1)
                }) == "T14 undeclaredMessage")
        #expect(
            outcomeName(
                try await Self.job { forge in
                    try forge.edit(0x0215, from: "hospital") { $0 = Self.prefixed(Array($0[4...]) + [1]) }
                }) == "T24 decryptionBudgetExceeded")
        #expect(
            outcomeName(
                try await Self.job { forge in
                    try forge.edit(0x0216, from: "lab") { $0 = Self.numbers([0, 1.0 / 3]) }
                }) == "T23 scalarNotRounded")
        // A fit that would be done at its start: another evaluation should come next.
        #expect(
            outcomeName(
                try await Self.job { forge in
                    for party in ["hospital", "lab"] {
                        try forge.edit(0x0216, from: party) { $0 = Self.numbers([0, 0x1p-40]) }
                    }
                }) == "T23 termsMismatch")
        #expect(
            outcomeName(
                try await Self.job { forge in
                    try forge.edit(0x0200, from: "lab") { $0[7] += 1 }
                }) == "T13 columnsNotAllowed")
    }
}

extension JobForge {
    /// The training's keys made anew, the lab's from the hospital's, all properly proved; nothing after them.
    mutating func keys(
        _ second: (PrivateKey, inout SystemRandomNumberGenerator) throws -> PrivateKey
    ) throws {
        var generator = SystemRandomNumberGenerator()
        let bits = WholeJobTests.trainingBits
        let id = session.bytes
        func context(_ purpose: String, _ prover: String, _ verifier: String) -> [UInt8] {
            ProofContext(sessionID: id, prover: prover, verifier: verifier, purpose: purpose).bytes
        }
        let one = try PrivateKey.generateUnchecked(bits: bits, using: &generator)
        let two = try second(one, &generator)
        var rings: [String: RingPedersenParameters] = [:]
        for (name, peer) in [("hospital", "lab"), ("lab", "hospital")] {
            let ring = try RingPedersenParameters.generateUnchecked(
                bits: bits, context: context("training verifier", name, peer), using: &generator)
            rings[name] = ring
            try edit(0x0201, from: name) { $0 = ChecksTests.prefixed(ring.serialized) }
        }
        for (name, peer, key) in [("hospital", "lab", one), ("lab", "hospital", two)] {
            let ring = try #require(rings[peer])
            let proof = KeyProof.prove(
                key, context: context("training key", name, peer), parameters: ring, using: &generator)
            try edit(0x0202, from: name) {
                $0 = ChecksTests.prefixed(key.publicKey.serialized) + ChecksTests.prefixed(proof.serialized)
            }
        }
        let last = max(try index(0x0202, from: "hospital"), try index(0x0202, from: "lab"))
        items.removeSubrange((last + 1)...)
    }
}
