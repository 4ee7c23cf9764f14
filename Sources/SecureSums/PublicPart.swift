import Wire

/// The part of a vector message that is the same for all (`protocols/row-split.md` 4).
struct PublicPart: Sendable, Hashable {
    /// Sums that the sender had opened.
    var opened: UInt32
    /// By site of the job: the round's sites.
    var sites: [Bool]
    /// What the vector was evaluated at.
    var point: Bytes32
    /// Of the sender's secrets, its self seed first.
    var secretHashes: [Bytes32]
    /// By secret, then by site of the round.
    var shareHashes: [Bytes32]
    /// The masked vector.
    var values: [UInt128]

    init(
        opened: UInt32, sites: [Bool], point: Bytes32, secretHashes: [Bytes32], shareHashes: [Bytes32],
        values: [UInt128]
    ) {
        self.opened = opened
        self.sites = sites
        self.point = point
        self.secretHashes = secretHashes
        self.shareHashes = shareHashes
        self.values = values
    }

    func encoded() throws(WireError) -> [UInt8] {
        var encoder = Encoder(reserving: 64 + 32 * shareHashes.count + 16 * values.count)
        encoder.write(opened)
        encoder.writeArray(sites) { $0.write($1) }
        encoder.write(point)
        encoder.writeArray(secretHashes) { $0.write($1) }
        encoder.writeArray(shareHashes) { $0.write($1) }
        encoder.writeArray(values) { $0.write(wide: $1) }
        return try encoder.finish()
    }

    init(encoded bytes: [UInt8]) throws(WireError) {
        var decoder = Decoder(bytes)
        opened = try decoder.readUInt32()
        sites = try decoder.readArray(max: SumBounds.sites) { decoder throws(WireError) in try decoder.readBool() }
        point = try decoder.readBytes32()
        secretHashes = try decoder.readArray(max: SumBounds.sites, minimumBytes: 32) { decoder throws(WireError) in
            try decoder.readBytes32()
        }
        shareHashes = try decoder.readArray(
            max: SumBounds.sites * SumBounds.sites, minimumBytes: 32
        ) { decoder throws(WireError) in try decoder.readBytes32() }
        values = try decoder.readArray(max: SumBounds.values, minimumBytes: 16) { decoder throws(WireError) in
            try decoder.readWide()
        }
        try decoder.finish()
    }
}

extension Encoder {
    mutating func write(wide value: UInt128) {
        write(UInt64(truncatingIfNeeded: value >> 64))
        write(UInt64(truncatingIfNeeded: value))
    }
}

extension Decoder {
    mutating func readWide() throws(WireError) -> UInt128 {
        UInt128(try readUInt64()) << 64 | UInt128(try readUInt64())
    }
}
