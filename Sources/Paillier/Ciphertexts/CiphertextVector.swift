package import Bignum

/// Ciphertexts under one key that may be sent: encrypted or rerandomised with fresh nonces, or received and checked.
public struct CiphertextVector: Sendable {
    public let key: PublicKey
    package private(set) var residues: ResidueVector

    package init(residues: ResidueVector, key: PublicKey) {
        self.residues = residues
        self.key = key
    }

    public init(empty key: PublicKey) {
        self.init(residues: ResidueVector(repeating: 1, count: 0, modulus: key.nSquared), key: key)
    }

    public var count: Int { residues.count }

    /// Reads `count` ciphertexts of fixed width and checks them (`protocols/paillier.md` 3).
    ///
    /// - Throws: ``PaillierError/malformedCiphertexts(expectedBytes:foundBytes:)``,
    ///   ``PaillierError/ciphertextOutOfRange(index:)``, ``PaillierError/ciphertextNotUnit(index:)``,
    ///   ``PaillierError/ciphertextUnencrypted(index:)``, each with the first culprit.
    public init(serialized: some Collection<UInt8>, count: Int, key: PublicKey) throws(PaillierError) {
        let residues: ResidueVector
        do {
            residues = try ResidueVector(bigEndian: serialized, count: count, modulus: key.nSquared)
        } catch .outOfRange(let index) {
            throw .ciphertextOutOfRange(index: index)
        } catch {
            throw .malformedCiphertexts(
                expectedBytes: count &* Self.serializedWidth(of: key), foundBytes: serialized.count)
        }
        self.init(residues: residues, key: key)
        try requireUnits()
        try requireNonces()
    }

    /// Big-endian integers of ``serializedWidth(of:)`` bytes, one after the other.
    public var serialized: [UInt8] { residues.bigEndianBytes() }

    /// Bytes of one ciphertext.
    public static func serializedWidth(of key: PublicKey) -> Int { key.nSquared.byteWidth }

    public mutating func append(contentsOf other: CiphertextVector) {
        precondition(other.key == key, "ciphertexts under another key")
        residues.append(contentsOf: other.residues)
    }

    public subscript(range: Range<Int>) -> CiphertextVector {
        CiphertextVector(residues: residues[range], key: key)
    }

    /// The elements at these positions, in that order.
    public func gathering(_ indices: some Sequence<Int>) -> CiphertextVector {
        CiphertextVector(residues: residues.gathering(Array(indices)), key: key)
    }

    /// gcd(c, n) = 1 for all, by one gcd of the product.
    private func requireUnits() throws(PaillierError) {
        if BigInt.gcd(residues.product(), key.n) == 1 { return }
        let values = residues.values()
        for index in 0..<count where BigInt.gcd(values[index], key.n) != 1 { throw .ciphertextNotUnit(index: index) }
    }

    /// c mod n is neither 1 nor -1 for all: such nonces need no guess.
    private func requireNonces() throws(PaillierError) {
        let (values, n) = (residues.values(), key.n)
        let unencrypted = concurrentMap(count) { index in
            let nonce = values[index].mod(n)
            return nonce == 1 || nonce == n - 1
        }
        if let index = unencrypted.firstIndex(of: true) { throw .ciphertextUnencrypted(index: index) }
    }
}

extension CiphertextVector: Equatable {
    public static func == (a: CiphertextVector, b: CiphertextVector) -> Bool {
        a.key == b.key && a.count == b.count && a.serialized == b.serialized
    }
}
