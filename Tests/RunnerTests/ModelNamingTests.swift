import SplitRegression
import Testing
import Transcript

@testable import Runner
@testable import Wire

/// A party that commits to one part of a model towards some and to another towards others (`protocols/transcript.md` 9.4, M05).
@Suite struct ModelNamingTests {
    /// A session at the end of a fit, with what each of its parties commits to.
    private func session(_ roots: [String: UInt8]) throws -> MeshCopy.Pair {
        let names = roots.keys.sorted()
        var pair = MeshCopy.Pair(peer: names[1], transcript: "", session: .zero)
        for (party, byte) in roots {
            let payload = try ModelCommitment(root: Bytes32(hashing: [byte])).encoded()
            let record = Record(
                session: .zero, from: party, to: names[party == names[0] ? 1 : 0], sequence: 0, protocolVersion: .model,
                type: .modelCommitment, round: 0, attempt: 0, chunk: .whole, sentAt: 0,
                seen: TreeHead(size: 0, root: .zero), payload: payload)
            pair.take(record, payload)
        }
        return pair
    }

    @Test func differentPartsToDifferentParties() throws {
        let (lab, registry) = (try session(["hospital": 1, "lab": 2]), try session(["hospital": 1, "registry": 3]))
        let others = try session(["lab": 2, "registry": 3])
        #expect(JointFollowing.modelsDiffer([lab, registry, others]) == nil)
        // The hospital's own folder shows it, and so do those of the two others together.
        let other = try session(["hospital": 4, "registry": 3])
        let found = try #require(JointFollowing.modelsDiffer([lab, other]))
        #expect(found.check == .m05 && found.status == .failed && found.error == "modelsDiffer")
        #expect(found.sentence.hasPrefix("hospital "))
        #expect(JointFollowing.modelsDiffer([other, others]) == nil)
        #expect(JointFollowing.modelsDiffer([lab, others, other])?.error == "modelsDiffer")
        // A fit that ended early.
        #expect(
            JointFollowing.modelsDiffer([
                try session(["hospital": 1, "lab": 2]), .init(peer: "x", transcript: "", session: .zero),
            ]) == nil)
    }
}
