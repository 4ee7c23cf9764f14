internal import CMontgomery

/// `count` residues modulo one modulus in one flat buffer, in the kernel's own form; wiped when freed.
///
/// Element-wise operations and exponentiations run on all cores when there are enough elements.
public struct ResidueVector: Sendable {
    public private(set) var count: Int
    public let modulus: Modulus
    var buffer: LimbBuffer

    /// Storage to be filled by the caller.
    init(uninitialized count: Int, modulus: Modulus) {
        self.count = count
        self.modulus = modulus
        buffer = LimbBuffer(words: count * modulus.words, zeroed: false)
    }

    /// - Throws: ``BignumError/outOfRange(index:)`` for a value outside `[0, modulus)`.
    public init(_ values: [BigInt], modulus: Modulus) throws(BignumError) {
        try self.init(LimbVector(values, bits: modulus.bitWidth), modulus: modulus)
    }

    /// - Throws: ``BignumError/outOfRange(index:)`` for a value outside `[0, modulus)`.
    public init(_ values: LimbVector, modulus: Modulus) throws(BignumError) {
        if let bad = values.firstElement(notBelow: modulus.value, in: 0..<values.count) {
            throw .outOfRange(index: bad)
        }
        self.init(checked: values, modulus: modulus)
    }

    private init(checked values: LimbVector, modulus: Modulus) {
        self.init(uninitialized: values.count, modulus: modulus)
        let (source, target, words) = (values.buffer, buffer, modulus.words)
        let limbs = values.limbsPerElement
        inParallel(count: count, minimumPart: 64) { part in
            unsafe cm_import(
                modulus.context, target.pointer + part.lowerBound * words, source.pointer + part.lowerBound * limbs,
                limbs, part.count)
        }
    }

    /// Fixed-width big-endian integers, `modulus.byteWidth` bytes each.
    ///
    /// - Throws: ``BignumError/outOfRange(index:)`` for one outside `[0, modulus)`,
    ///   ``BignumError/lengthMismatch(expected:found:)``.
    public init(bigEndian bytes: some Collection<UInt8>, count: Int, modulus: Modulus) throws(BignumError) {
        let width = modulus.byteWidth
        guard count >= 0, bytes.count == count.multipliedReportingOverflow(by: width).partialValue, count <= bytes.count
        else { throw .lengthMismatch(expected: count &* width, found: bytes.count) }
        let values = LimbVector(uninitialized: count, bits: 8 * width)
        let copy = Array(bytes)
        unsafe cm_from_big_endian(values.buffer.pointer, values.limbsPerElement, copy, width, count)
        try self.init(values, modulus: modulus)
    }

    /// - Precondition: `value` is in `[0, modulus)`.
    public init(repeating value: BigInt, count: Int, modulus: Modulus) {
        precondition(value.signum >= 0 && value < modulus.value, "value out of range")
        let limbs = LimbVector(count: 1, bits: modulus.bitWidth)
        for k in 0..<limbs.limbsPerElement { unsafe limbs.buffer.pointer[k] = value.limb(k) }
        let one = ResidueVector(checked: limbs, modulus: modulus)
        self.init(uninitialized: count, modulus: modulus)
        for index in 0..<count {
            unsafe (buffer.pointer + index * modulus.words).update(from: one.buffer.pointer, count: modulus.words)
        }
    }

    /// The integers in `[0, modulus)`.
    public func values() -> LimbVector {
        let result = LimbVector(uninitialized: count, bits: modulus.bitWidth)
        let (source, target, words, modulus) = (buffer, result.buffer, modulus.words, modulus)
        let limbs = result.limbsPerElement
        inParallel(count: count, minimumPart: 64) { part in
            unsafe cm_export(
                modulus.context, target.pointer + part.lowerBound * limbs, limbs,
                source.pointer + part.lowerBound * words, part.count)
        }
        return result
    }

    /// Fixed-width big-endian integers, `modulus.byteWidth` bytes each.
    public func bigEndianBytes() -> [UInt8] {
        let width = modulus.byteWidth
        let limbs = values()
        return unsafe [UInt8](unsafeUninitializedCapacity: count * width) { bytes, used in
            if count > 0 {
                unsafe cm_to_big_endian(
                    bytes.baseAddress!, width, limbs.buffer.pointer, limbs.limbsPerElement, count)
            }
            used = count * width
        }
    }

    /// The integer in `[0, modulus)` at `index`.
    public subscript(index: Int) -> BigInt {
        self[index..<index + 1].values()[0]
    }

    /// A copy of some elements.
    public subscript(range: Range<Int>) -> ResidueVector {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
        let result = ResidueVector(uninitialized: range.count, modulus: modulus)
        unsafe result.buffer.pointer.update(
            from: buffer.pointer + range.lowerBound * modulus.words, count: range.count * modulus.words)
        return result
    }

    /// The elements at `indices`, in that order, repeats allowed.
    public func gathering(_ indices: [Int]) -> ResidueVector {
        let result = ResidueVector(uninitialized: indices.count, modulus: modulus)
        let words = modulus.words
        for (to, from) in indices.enumerated() {
            precondition(from >= 0 && from < count, "index out of range")
            unsafe (result.buffer.pointer + to * words).update(from: buffer.pointer + from * words, count: words)
        }
        return result
    }

    /// Element `indices[k]` becomes element k of `values`.
    mutating func replace(_ indices: [Int], with values: ResidueVector) {
        precondition(indices.count == values.count && values.modulus == modulus, "lengths differ")
        makeUnique()
        let words = modulus.words
        for (from, to) in indices.enumerated() {
            precondition(to >= 0 && to < count, "index out of range")
            unsafe (buffer.pointer + to * words).update(from: values.buffer.pointer + from * words, count: words)
        }
    }

    /// Element k becomes residue `indices[k]` of a buffer in kernel form, or stays.
    mutating func fill(from source: LimbBuffer, _ indices: [Int?]) {
        precondition(indices.count == count, "lengths differ")
        makeUnique()
        let words = modulus.words
        for (to, from) in indices.enumerated() {
            guard let from else { continue }
            precondition(from >= 0 && (from + 1) * words <= source.words, "index out of range")
            unsafe (buffer.pointer + to * words).update(from: source.pointer + from * words, count: words)
        }
    }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&buffer) {
            buffer = buffer.copy(used: count * modulus.words, words: buffer.words)
        }
    }

    public mutating func append(contentsOf other: ResidueVector) {
        precondition(other.modulus == modulus, "moduli differ")
        let old = count * modulus.words
        let added = other.count * modulus.words
        if !isKnownUniquelyReferenced(&buffer) || buffer.words < old + added {
            buffer = buffer.copy(used: old, words: max(old + added, 2 * old))
        }
        unsafe (buffer.pointer + old).update(from: other.buffer.pointer, count: added)
        count += other.count
    }
}
