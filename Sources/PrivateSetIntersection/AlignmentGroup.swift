package import Bignum

/// The group of order q modulo P in which the PRF lives; `protocols/alignment.md` 1.
package struct AlignmentGroup: Sendable {
    /// q, shared by all sizes, as the modulus of exponents.
    package let order: Modulus
    /// P
    package let modulus: Modulus
    /// g
    package let generator: BigInt
    /// P - 1 as an element is sent.
    private let minusOne: [UInt8]

    /// Bytes of an element as it is sent.
    var elementWidth: Int { modulus.byteWidth }

    /// For tests with small groups; the parameters' properties are the caller's to know.
    package init(order: BigInt, modulus: BigInt, generator: BigInt) throws(BignumError) {
        self.order = try Modulus(order)
        self.modulus = try Modulus(modulus)
        self.generator = generator
        minusOne = try (modulus - 1).bigEndianBytes(width: self.modulus.byteWidth)
    }

    /// The published group whose P has as many bits as the sender's Paillier modulus.
    ///
    /// - Throws: ``AlignmentError/unsupportedKeySize(bits:)`` for sizes other than 2048 and 3072.
    package init(keyBits: Int) throws(AlignmentError) {
        let published = PublishedGroups.all.first { $0.bits == keyBits }
        guard let published, let q = BigInt(PublishedGroups.order, radix: 16),
            let p = BigInt(published.modulus, radix: 16), let g = BigInt(published.generator, radix: 16),
            let group = try? AlignmentGroup(order: q, modulus: p, generator: g)
        else { throw .unsupportedKeySize(bits: keyBits) }
        self = group
    }

    /// A peer's elements, fixed-width: as many as agreed, in range, and none of 0, 1 and P - 1.
    ///
    /// Their order is not checked: `protocols/alignment.md` 5, *group elements*.
    /// - Throws: ``AlignmentError/wrongCount(message:expected:found:)``,
    ///   ``AlignmentError/elementOutOfGroup(chunk:index:)``.
    func elements(
        _ bytes: [UInt8], count: Int, message: String, chunk: Int
    ) throws(AlignmentError) -> ResidueVector {
        let width = elementWidth
        guard bytes.count == count * width else {
            throw .wrongCount(message: message, expected: count, found: bytes.count / width)
        }
        for index in 0..<count where isTrivial(bytes[index * width..<(index + 1) * width]) {
            throw .elementOutOfGroup(chunk: chunk, index: index)
        }
        do {
            return try ResidueVector(bigEndian: bytes, count: count, modulus: modulus)
        } catch .outOfRange(let index) {
            throw .elementOutOfGroup(chunk: chunk, index: index)
        } catch {
            throw .elementOutOfGroup(chunk: chunk, index: 0)
        }
    }

    /// Whether fixed-width bytes are one of 0, 1 and P - 1, the elements whose square is no generator of anything.
    /// Public values: a peer's answer.
    private func isTrivial(_ element: ArraySlice<UInt8>) -> Bool {
        element.allSatisfy { $0 == 0 } || (element.last == 1 && element.dropLast().allSatisfy { $0 == 0 })
            || element.elementsEqual(minusOne)
    }
}
