public import Wire

/// A sum that was opened, with whose vectors are in it.
public struct OpenedSum: Sendable, Equatable {
    /// Hash of what the vectors were evaluated at.
    public var point: Bytes32
    /// Indices in the job's order.
    public var sites: [Int]
    /// Modulo 2^128.
    public var values: [UInt128]

    public init(point: Bytes32, sites: [Int], values: [UInt128]) {
        self.point = point
        self.sites = sites
        self.values = values
    }

    /// point[32] || array of flags: sites || array of u128
    func encode(into encoder: inout Encoder, siteCount: Int) {
        encoder.write(point)
        encoder.writeArray((0..<siteCount).map { sites.contains($0) }) { $0.write($1) }
        encoder.writeArray(values) { $0.write(wide: $1) }
    }

    /// - Parameter siteCount: of the job; another number of flags would name sites that it does not have.
    init(from decoder: inout Decoder, siteCount: Int) throws(WireError) {
        point = try decoder.readBytes32()
        let flags = try decoder.readArray(max: SumBounds.sites) { decoder throws(WireError) in try decoder.readBool() }
        guard flags.count == siteCount else { throw .invalidValue("sites of a sum") }
        sites = flags.indices.filter { flags[$0] }
        values = try decoder.readArray(max: SumBounds.values, minimumBytes: 16) { decoder throws(WireError) in
            try decoder.readWide()
        }
    }
}
