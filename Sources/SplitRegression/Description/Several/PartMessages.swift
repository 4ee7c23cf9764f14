internal import Wire

/// What a passive party says of its own columns to another one (describe.md 9).
struct DescribedPartMessage: Message {
    static let type = MessageType.describedPart
    static let name = "DescribedPart"
    /// More than a job opens.
    private static let mostNumbers = 1 << 17
    var part: DescribedPart

    init(_ part: DescribedPart) { self.part = part }

    func encode(into encoder: inout Encoder) {
        DescriptionSetup.encode(part.values, into: &encoder)
        HiddenColumns.encode(part.shown.map { !$0 }, into: &encoder)
        encoder.writeArray(part.numbers) { $0.write(UInt64(bitPattern: $1)) }
        ScalesMessage.encode(part.scales, into: &encoder)
    }

    init(from decoder: inout Decoder) throws(WireError) {
        let values = try DescriptionSetup.values(from: &decoder)
        let hidden = try HiddenColumns.flags(from: &decoder)
        let numbers = try decoder.readArray(max: Self.mostNumbers, minimumBytes: 8) { decoder throws(WireError) in
            Int64(bitPattern: try decoder.readUInt64())
        }
        part = DescribedPart(
            values: values, shown: hidden.map { !$0 }, numbers: numbers,
            scales: try ScalesMessage.scales(from: &decoder))
    }
}

/// Of each party, in the order of the job, the digest of its part as the sender knows it.
struct PartDigests: Message {
    static let type = MessageType.partDigests
    static let name = "PartDigests"
    var digests: [Bytes32]

    init(_ digests: [Bytes32]) { self.digests = digests }

    func encode(into encoder: inout Encoder) { encoder.writeArray(digests) { $0.write($1) } }

    init(from decoder: inout Decoder) throws(WireError) {
        digests = try decoder.readArray(
            max: JointDescriptionPlan.counts.upperBound, minimumBytes: 32
        ) { decoder throws(WireError) in try decoder.readBytes32() }
    }
}

extension DescribedPart {
    /// - Parameters:
    ///   - party: its number.
    ///   - roots: SHA-256 of the message by which it fixed its columns.
    ///   - groups: what the active party said of its groups, in its own part; empty in another's.
    func digest(party: Int, roots: Bytes32, groups: [GroupSize]) throws(WireError) -> Bytes32 {
        // H("moiety/described-part/v1" || u16 party || roots[32] || groups as in 0x0503, of the active party || part as in 0x0517)
        var encoder = Encoder()
        encoder.writeFixed(Array("moiety/described-part/v1".utf8))
        encoder.write(UInt16(clamping: party))
        encoder.write(roots)
        if party == 0 { GroupsMessage(groups).encode(into: &encoder) }
        DescribedPartMessage(self).encode(into: &encoder)
        return Bytes32(hashing: try encoder.finish())
    }
}
