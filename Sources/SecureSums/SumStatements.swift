import Wire

/// What is hashed and signed in a mesh (`protocols/row-split.md` 2 to 4). All of it is public.
struct SumStatements: Sendable, Hashable {
    let mesh: Bytes32

    func share(_ share: [UInt8], round: UInt32, dealer: Int, secret: Int, to site: Int) -> Bytes32 {
        var encoder = place("moiety/rows/share/v1", round, dealer)
        encoder.write(UInt16(clamping: secret))
        encoder.write(UInt16(clamping: site))
        encoder.writeFixed(share)
        return Self.hash(encoder)
    }

    func secret(_ secret: [UInt8], round: UInt32, dealer: Int, index: Int) -> Bytes32 {
        var encoder = place("moiety/rows/secret/v1", round, dealer)
        encoder.write(UInt16(clamping: index))
        encoder.writeFixed(secret)
        return Self.hash(encoder)
    }

    /// What a sender signs of its vector.
    func vector(_ digest: Bytes32, round: UInt32, sender: Int) throws(WireError) -> [UInt8] {
        var encoder = place("moiety/rows/vector/v1", round, sender)
        encoder.write(digest)
        return try encoder.finish()
    }

    func accord(round: UInt32, opened: Int, present: [Bool], digests: [Bytes32]) -> Bytes32 {
        var encoder = Self.labelled("moiety/rows/accord/v1")
        encoder.write(mesh)
        encoder.write(round)
        encoder.write(UInt32(clamping: opened))
        encoder.writeArray(present) { $0.write($1) }
        for digest in digests { encoder.write(digest) }
        return Self.hash(encoder)
    }

    /// What a site signs of its accord.
    func agreed(_ accord: Bytes32, round: UInt32, sender: Int) throws(WireError) -> [UInt8] {
        var encoder = place("moiety/rows/agreed/v1", round, sender)
        encoder.write(accord)
        return try encoder.finish()
    }

    private func place(_ label: String, _ round: UInt32, _ site: Int) -> Encoder {
        var encoder = Self.labelled(label)
        encoder.write(mesh)
        encoder.write(round)
        encoder.write(UInt16(clamping: site))
        return encoder
    }

    static func labelled(_ label: String) -> Encoder {
        var encoder = Encoder()
        encoder.writeFixed(Array(label.utf8))
        return encoder
    }

    /// Fixed-width fields have an encoding always.
    static func hash(_ encoder: Encoder) -> Bytes32 {
        guard let bytes = try? encoder.finish() else { preconditionFailure("a hash of what has no encoding") }
        return Bytes32(hashing: bytes)
    }
}
