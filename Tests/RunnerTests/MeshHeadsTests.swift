import Jobs
import ProtocolKit
import Testing

@testable import Runner
@testable import Wire

/// What parties tell each other of their logs (`protocols/transcript.md` 4.1, `protocols/job.md` 8.3).
@Suite struct MeshHeadsTests {
    /// A passive party's log to the active one has a record for each part of its store: its length tells how large the set is.
    private static func heads(recordsOfStore: UInt64) -> MeshHeads {
        MeshHeads(
            mesh: Bytes32(hashing: [1]),
            items: [
                .init(site: "a", head: TreeHead(size: 17 + recordsOfStore, root: .zero)),
                .init(site: "c", head: TreeHead(size: 12, root: .zero)),
            ])
    }

    @Test func passivePartiesAreNotToldOfLogsToTheActiveOne() throws {
        let several = try Job(yaml: JobTemplate.severalText(parties: ["a", "b", "c"]))
        let (small, large) = (Self.heads(recordsOfStore: 1), Self.heads(recordsOfStore: 20))
        // Weak: all of them to all. Whoever knows the active party's set reads the other's size off the difference.
        #expect(small.items[0].head.size != large.items[0].head.size)
        #expect(small.toward("c", from: "b", several) == large.toward("c", from: "b", several))
        #expect(small.toward("c", from: "b", several).items.map(\.site) == ["c"])
        // The active party knows the size, and its own logs depend on its own set alone.
        #expect(large.toward("a", from: "b", several) == large && large.toward("c", from: "a", several) == large)
        let rows = try Job(yaml: JobTemplate.rowsText(parties: ["a", "b", "c"]))
        #expect(large.toward("c", from: "b", rows) == large)
    }

    /// Their commitments would tell the size too: each is to one value, where the active party is told as many as there are.
    @Test func passivePartiesCommitToOneValueEach() throws {
        let job = try Job(yaml: JobTemplate.severalText(parties: ["a", "b", "c"]))
        let key = SigningKey().publicKey
        func failure(_ count: UInt64, from sender: String, to receiver: String) throws -> InspectionFailure? {
            let parties = [sender, receiver].map {
                PartyDescription(
                    name: $0, role: "", attempt: 0, identity: key, logKey: key, witnessKey: key,
                    certificateFingerprint: .zero)
            }
            let payload = try InputCommitments(items: [.init(label: "identifiers", count: count, root: .zero)])
                .encoded()
            let record = Record(
                session: .zero, from: sender, to: receiver, sequence: 1, protocolVersion: .session, type: .commitments,
                round: 0, attempt: 0, chunk: .whole, sentAt: 0, seen: TreeHead(size: 0, root: .zero), payload: payload)
            for var inspector in try JointAlignmentProtocol().inspectors(
                for: job, in: InspectedSession(session: .zero, parties: parties))
            {
                do throws(InspectionFailure) { try inspector.inspect(record, payload: payload) } catch { return error }
            }
            return nil
        }
        #expect(try failure(1, from: "b", to: "c") == nil && failure(20, from: "b", to: "a") == nil)
        let refused = try #require(try failure(20, from: "b", to: "c"))
        #expect(refused.check == "T10" && refused.name == "wrongCount")
    }
}
