import Jobs
import Testing
import Wire

@testable import Runner

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
}
