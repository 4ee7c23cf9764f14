import Bignum
import Jobs
import Paillier
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// Checks that need a whole job, told again with one change.
extension ChecksTests {
    static let wide = 2 * WholeJobTests.trainingBits / 8

    static let jobCases: [Case] = [
        Case(.t11, "ciphertextOutOfRange") {
            try await job { forge in
                try forge.edit(0x0212) { $0.replaceSubrange(4..<4 + wide, with: [UInt8](repeating: 0xff, count: wide)) }
            }
        },
        Case(.t12, "keyProofRejected") { try await job { try $0.edit(0x0202, from: "lab") { $0[$0.count - 3] ^= 1 } } },
        Case(.t13, "keySizeMismatch") { try await job { try $0.edit(0x0101, from: "lab") { $0[4] ^= 1 } } },
        Case(.t15, "passesMismatch") { try await job(counts: ["rows": 60, "fitted": 60, "passes": 99]) { _ in } },
        Case(.t16, "checkpointMissing") {
            try await job { try $0.dropLastCheckpoint() }
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
                try $0.edit(0x0212) { $0.replaceSubrange(4 + wide..<4 + 2 * wide, with: Array($0[4..<4 + wide])) }
            }
        },
        Case(.t21, "ciphertextUnencrypted") {
            try await job { forge in
                let one = [UInt8](repeating: 0, count: wide - 1) + [1]
                try forge.edit(0x0212) { $0.replaceSubrange(4..<4 + wide, with: one) }
            }
        },
        Case(.t23, "stepMismatch") {
            // A trace by which the inverse does not come, and yet the fit goes on.
            try await job { try $0.window(0, from: "lab") { bits, value in (bits, value ^ 1 << 10) } }
        },
        Case(.t24, "openedTooMuch") {
            try await job { try $0.window(0, from: "lab") { bits, value in (bits + 1, value) } }
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
        let report = verify(folder.path, WholeJobTests.options())
        // What a verifier says of a record, the hospital's session says when that record comes.
        if let failure = report.failure, failure.record != nil, inspected.contains(failure.check) {
            #expect(try live(folder.path) == outcomeName(report))
        }
        return report
    }

    private static let inspected: Set<Check> = [.t03, .t10, .t11, .t12, .t13, .t19, .t20, .t21, .t23, .t24, .t25, .t26]

    /// What the inspectors of the hospital's session say of the records in this folder, in the order of its log.
    private static func live(_ folder: String) throws -> String {
        let layout = TranscriptLayout(folder: folder)
        let parties = try PartiesFile(encoded: layout.read(TranscriptLayout.parties, limit: PartiesFile.maximumLength))
        let session = SessionDescription(
            id: parties.session, jobHash: parties.jobHash, local: parties.keeper,
            peer: parties.other(than: parties.keeper.name))
        var inspectors = try WholeJobTests.live(Job(yaml: WholeJobTests.yaml), session)
        for (record, payload) in WholeJobTests.captured(folder) {
            var failures: [InspectionFailure] = []
            for index in inspectors.indices {
                do throws(InspectionFailure) {
                    try inspectors[index].inspect(record, payload: payload)
                } catch { failures.append(error) }
            }
            if let first = failures.min(by: { $0.check < $1.check }) { return "\(first.check) \(first.name)" }
        }
        return "nothing"
    }

    static func prefixed(_ bytes: [UInt8]) -> [UInt8] {
        var encoder = Encoder()
        encoder.writePrefixed(bytes)
        return (try? encoder.finish()) ?? []
    }

    @Test func honestJobsHoldWhenToldAgain() async throws {
        #expect(outcomeName(try await Self.job { _ in }) == "VALID")
        let counts: [String: Int64] = ["rows": 60, "fitted": 60, "parameters": 5, "converged": 1]
        #expect(outcomeName(try await Self.job(counts: counts) { _ in }) == "VALID")
        let other = try await Self.job(counts: counts.merging(["converged": 0]) { $1 }) { _ in }
        #expect(outcomeName(other) == "T15 convergenceMismatch")
    }
}
