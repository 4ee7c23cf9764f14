extension ProtocolVersion {
    /// What binds the sessions of several sites to each other; `protocols/transcript.md` 4.1.
    public static let mesh = ProtocolVersion(id: 0x07, version: 1)
}

extension MessageType {
    public static let meshHeads = MessageType(rawValue: 0x0701)
}

/// One site's logs to all others, said to each of them: who hears one thing can be shown another who heard something else.
public struct MeshHeads: Message, Hashable {
    public static let type = MessageType.meshHeads
    public static let name = "MeshHeads"

    public struct Item: Sendable, Hashable {
        /// To whom the log goes.
        public let site: String
        /// Before this very message.
        public let head: TreeHead

        public init(site: String, head: TreeHead) {
            self.site = site
            self.head = head
        }
    }

    /// Identity of the mesh.
    public let mesh: Bytes32
    /// To every other site, in the order of the job.
    public let items: [Item]

    private static let mostSites = 50

    public init(mesh: Bytes32, items: [Item]) {
        self.mesh = mesh
        self.items = items
    }

    public func encode(into encoder: inout Encoder) {
        encoder.write(mesh)
        encoder.writeArray(items) { encoder, item in
            encoder.write(item.site)
            encoder.write(item.head.size)
            encoder.write(item.head.root)
        }
    }

    public init(from decoder: inout Decoder) throws(WireError) {
        mesh = try decoder.readBytes32()
        items = try decoder.readArray(max: Self.mostSites, minimumBytes: 44) { decoder throws(WireError) in
            Item(
                site: try PartyName.read(from: &decoder),
                head: TreeHead(size: try decoder.readUInt64(), root: try decoder.readBytes32()))
        }
    }
}

extension ProtocolDescription {
    /// Each site's heads, which wait for nothing of the other's.
    public static let meshHeads = ProtocolDescription(
        name: "mesh heads", version: .mesh,
        flow: .sequence(
            ["first", "second"].map { role in
                .step(ProtocolStep("heads of all logs", sender: role, type: .meshHeads, maximumPayload: 1 << 13))
            }))
}

extension Session {
    /// Head of what this side has sent.
    public var sentHead: TreeHead { recorder.head(of: .outgoing) }
}
