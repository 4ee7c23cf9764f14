import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// Checks of two things against each other: both copies of a session, a transcript and its replay.
extension ChecksTests {
    static let comparisonCases: [Case] = [
        Case(.x01, "equivocation") { try copies(isLate: false) },
        Case(.x02, "copiesDiffer") { try copies(isLate: true) },
        Case(.r01, "commitmentMismatch") {
            try await replayed { replay in replay.finding(commitments: []) }
        },
        Case(.r02, "replayMismatch") { try await replayed(secret: 8) { $0.finding(after: $1) } },
    ]

    /// The lab's copy differs from the hospital's, before the last checkpoint or after it.
    private static func copies(isLate: Bool) throws -> VerificationReport {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play(ending: { isLate ? try $0.send(\.b, Answer.type, [1], round: 2) : try $0.close(2) })
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
        return Verifier(folder: folder.path + "/a", options: .toy).verify(against: folder.path + "/b")
    }

    /// A finding of a replay, in a report of its own.
    static func replayed(
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

    static func replayed(
        _ finding: (Replay) -> VerificationReport.Finding
    ) async throws -> VerificationReport {
        try await replayed { replay, _ in finding(replay) }
    }
}
