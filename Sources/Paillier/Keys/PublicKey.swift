public import Bignum
internal import Crypto

/// A Paillier modulus, checked (`protocols/paillier.md` 1). Before its first use verify its ``KeyProof``.
public struct PublicKey: Sendable {
    public let n: BigInt
    public let nSquared: Modulus
    public let modulusBits: Int

    /// Least size of a modulus outside tests.
    public static let minimumBits = 2048
    /// Greatest size taken.
    public static let maximumBits = 16384

    /// - Throws: ``PaillierError/keyTooSmall(bits:minimum:)`` and the other errors of keys.
    public init(n: BigInt) throws(PaillierError) { try self.init(n: n, floor: Self.minimumBits) }

    /// The same with another least size, for tests with small keys.
    package init(n: BigInt, floor: Int) throws(PaillierError) {
        try ModulusCheck.check(n, floor: floor)
        try self.init(checked: n)
    }

    /// For numbers that were made or checked here.
    init(checked n: BigInt) throws(PaillierError) {
        guard let nSquared = try? Modulus(squareOf: n) else { throw .unsupportedKeySize(bits: n.bitWidth) }
        self.n = n
        self.nSquared = nSquared
        modulusBits = n.bitWidth
    }

    /// `u32(|n|) || n`
    public var serialized: [UInt8] { withUnsignedBytes(of: UInt32(modulusBits)) + n.fixedBytes(modulo: n) }

    /// Reads the form of ``serialized``; nothing may be left over.
    public init(serialized: [UInt8]) throws(PaillierError) {
        try self.init(serialized: serialized, floor: Self.minimumBits)
    }

    /// The same for a key whose size is agreed on, which is compared before anything is computed with the modulus: the tests
    /// of section 1 cost a cube of its size.
    ///
    /// - Throws: ``PaillierError/keySizeMismatch(bits:expected:)`` for any other size.
    package init(serialized: [UInt8], bits: Int, floor: Int = minimumBits) throws(PaillierError) {
        let named = ModulusCheck.bits(ofSerialized: serialized)
        guard named == bits else { throw .keySizeMismatch(bits: named ?? 0, expected: bits) }
        try self.init(serialized: serialized, floor: floor)
    }

    package init(serialized: [UInt8], floor: Int) throws(PaillierError) {
        try self.init(n: ModulusCheck.parse(serialized), floor: floor)
    }

    /// SHA-256 of ``serialized``.
    public var fingerprint: [UInt8] { Array(SHA256.hash(data: serialized)) }

    /// The representative of m modulo n in (-n/2, n/2].
    public func signed(_ m: BigInt) -> BigInt {
        let reduced = m.mod(n)
        return reduced + reduced > n ? reduced - n : reduced
    }

    /// Signed values as plaintexts in [0, n).
    public func plaintexts(_ values: [BigInt]) -> LimbVector {
        var result = LimbVector(count: values.count, bits: modulusBits)
        for (index, value) in values.enumerated() { result.set(index, value.mod(n)) }
        return result
    }
}

extension PublicKey: Hashable {
    public static func == (a: PublicKey, b: PublicKey) -> Bool { a.n == b.n }
    public func hash(into hasher: inout Hasher) { hasher.combine(n) }
}

extension PublicKey {
    /// `1 + m n mod n^2`, element by element: plaintexts without a nonce, never to be sent like this.
    package func embedding(_ plaintexts: LimbVector) -> ResidueVector {
        let (n, wide) = (n, plaintexts.bits >= modulusBits)
        let values = concurrentMap(plaintexts.count) { index in
            1 + (wide ? plaintexts[index].mod(n) : plaintexts[index]) * n
        }
        return .trusted(values, modulus: nSquared)
    }

    /// `(1 + m n) r^n mod n^2` for given nonces: what an opening shows.
    package func encrypt(_ plaintexts: LimbVector, nonces: LimbVector) throws(PaillierError) -> CiphertextVector {
        guard plaintexts.count == nonces.count, let bases = try? ResidueVector(nonces, modulus: nSquared) else {
            throw .shapeMismatch
        }
        return CiphertextVector(
            residues: embedding(plaintexts).multiplied(by: bases.pow(variableTime: n)), key: self)
    }
}
