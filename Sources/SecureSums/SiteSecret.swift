import Crypto
public import Wire

/// A secret of one site for one job, the same in every attempt: what it draws into a vector comes out again when the vector is made again.
/// A fresh draw would tell, or with noise average out, what it hides.
public struct SiteSecret: Sendable {
    private let key: SymmetricKey

    /// - Parameter bytes: 32, known to this site alone; nil for another number.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// G(HKDF(v, info "moiety/rows/veto/v1" || input || point)) (`protocols/row-statistics.md` 1)
    ///
    /// - Parameters:
    ///   - input: hash of the site's rows.
    ///   - point: hash of what the vector is evaluated at.
    public func vetoes(input: Bytes32, point: Bytes32, count: Int) -> [UInt128] {
        let info = Array("moiety/rows/veto/v1".utf8) + input.bytes + point.bytes
        return MaskStream.numbers(MaskStream.derive(key, info: info), count: count)
    }

    /// What noise of a vector is drawn from: the stream under HKDF(v, info "moiety/rows/noise/v1" || input || point)
    /// (`protocols/row-noise.md` 3).
    package func noise(input: Bytes32, point: Bytes32) -> ProtocolRandomness {
        let info = Array("moiety/rows/noise/v1".utf8) + input.bytes + point.bytes
        return ProtocolRandomness(secret: MaskStream.derive(key, info: info))
    }
}

/// It is not printed.
extension SiteSecret: CustomStringConvertible, CustomReflectable {
    public var description: String { "SiteSecret" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
