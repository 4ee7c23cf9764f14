internal import Bignum
internal import Crypto

/// A secret number in [1, n) by which points are multiplied: a or b of `protocols/alignment-ecdh.md`.
struct CurveMask: Sendable {
    private let scalar: BigInt
    private let key: P256.KeyAgreement.PrivateKey
    private let curve: Curve

    /// Uniform.
    init(_ curve: Curve, using generator: inout some RandomNumberGenerator) throws {
        try self.init(BigInt.random(below: curve.order - 1, using: &generator) + 1, curve)
    }

    /// - Parameter scalar: in [1, n).
    init(_ scalar: BigInt, _ curve: Curve) throws {
        self.scalar = scalar
        self.curve = curve
        do {
            key = try P256.KeyAgreement.PrivateKey(rawRepresentation: scalar.bigEndianBytes(width: Curve.width))
        } catch { throw AlignmentError.degenerateValue }
    }

    /// The mask that takes this one off.
    func inverse() throws -> CurveMask {
        // n is prime.
        guard let inverse = scalar.constantTimeInverse(modulo: curve.order) else {
            throw AlignmentError.degenerateValue
        }
        return try CurveMask(inverse, curve)
    }

    /// The x-coordinate of the product, 32 bytes; constant time (BoringSSL's `ECDH_compute_key`).
    func masking(_ point: Curve.Point) throws -> [UInt8] {
        do { return try key.sharedSecretFromKeyAgreement(with: point).copiedBytes() } catch {
            throw AlignmentError.degenerateValue
        }
    }

    /// The products of points, one after the other.
    func masking(_ points: [Curve.Point]) throws -> [UInt8] {
        var elements: [UInt8] = []
        elements.reserveCapacity(points.count * Curve.width)
        for point in points { elements += try masking(point) }
        return elements
    }
}
