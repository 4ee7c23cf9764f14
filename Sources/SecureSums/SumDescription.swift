public import Wire

/// The messages of a pair's session and their order, for plans (`protocols/row-split.md` 4).
public enum SumDescription {
    /// The roles of a pair: who comes first in the job's order, and who second.
    public static let first = "first"
    public static let second = "second"
    public static let protocolVersion = ProtocolVersion(id: 0x06, version: 1)
    public static let description = ProtocolDescription(name: "sums", version: protocolVersion, flow: .sequence([]))
}
