internal import CMontgomery

/// `count` unsigned integers of at most `bits` bits each, in one flat little-endian buffer that is wiped when freed.
public struct LimbVector: Sendable {
    public private(set) var count: Int
    /// Upper bound on the width of every element.
    public let bits: Int
    var buffer: LimbBuffer

    public var limbsPerElement: Int { max((bits + 63) / 64, 1) }

    /// Zeros.
    public init(count: Int, bits: Int) {
        precondition(count >= 0 && bits >= 0, "sizes are not negative")
        self.count = count
        self.bits = bits
        buffer = LimbBuffer(words: count * max((bits + 63) / 64, 1))
    }

    /// Storage to be filled by the caller, all of it.
    init(uninitialized count: Int, bits: Int) {
        self.count = count
        self.bits = bits
        buffer = LimbBuffer(words: count * max((bits + 63) / 64, 1), zeroed: false)
    }

    /// - Throws: ``BignumError/outOfRange(index:)`` for a value that is negative or wider than `bits`.
    public init(_ values: [BigInt], bits: Int) throws(BignumError) {
        self.init(count: values.count, bits: bits)
        for (index, value) in values.enumerated() {
            if value.signum < 0 || value.bitWidth > bits { throw .outOfRange(index: index) }
            set(index, value)
        }
    }

    /// One limb a value.
    public init(_ values: some Collection<UInt64>, bits: Int = 64) throws(BignumError) {
        precondition((0...64).contains(bits), "one limb an element")
        self.init(count: values.count, bits: bits)
        for (index, value) in values.enumerated() {
            if bits < 64 && value >> UInt64(bits) != 0 { throw .outOfRange(index: index) }
            unsafe buffer.pointer[index] = value
        }
    }

    public subscript(index: Int) -> BigInt {
        precondition(index >= 0 && index < count, "index out of range")
        return unsafe BigInt(limbs: buffer.pointer + index * limbsPerElement, count: limbsPerElement)
    }

    /// A copy of some elements.
    public subscript(range: Range<Int>) -> LimbVector {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
        let result = LimbVector(uninitialized: range.count, bits: bits)
        unsafe result.buffer.pointer.update(
            from: buffer.pointer + range.lowerBound * limbsPerElement, count: range.count * limbsPerElement)
        return result
    }

    /// Limb `index` (little-endian) of an element.
    public func limb(_ element: Int, _ index: Int) -> UInt64 {
        precondition(element >= 0 && element < count && index >= 0 && index < limbsPerElement, "index out of range")
        return unsafe buffer.pointer[element * limbsPerElement + index]
    }

    /// The caller keeps every element within `bits`.
    package mutating func setLimb(_ element: Int, _ index: Int, _ value: UInt64) {
        precondition(element >= 0 && element < count && index >= 0 && index < limbsPerElement, "index out of range")
        makeUnique()
        unsafe buffer.pointer[element * limbsPerElement + index] = value
    }

    /// Replaces an element. Precondition: in `[0, 2^bits)`.
    package mutating func set(_ index: Int, _ value: BigInt) {
        precondition(index >= 0 && index < count, "index out of range")
        precondition(value.signum >= 0 && value.bitWidth <= bits, "value does not fit")
        makeUnique()
        let limbs = limbsPerElement
        for k in 0..<limbs { unsafe buffer.pointer[index * limbs + k] = value.limb(k) }
    }

    /// Bits `[at, at + width)` of an element, width at most 64; zeros past its end.
    public func digit(_ element: Int, at: Int, width: Int) -> UInt64 {
        precondition(element >= 0 && element < count && at >= 0 && width >= 0 && width <= 64, "out of range")
        if width == 0 { return 0 }
        let word = at / 64
        let shift = UInt64(at % 64)
        let limbs = limbsPerElement
        let base = element * limbs
        if word >= limbs { return 0 }
        var value = unsafe buffer.pointer[base + word] >> shift
        if shift > 0 && word + 1 < limbs { unsafe value |= buffer.pointer[base + word + 1] << (64 - shift) }
        return width == 64 ? value : value & ((1 << UInt64(width)) - 1)
    }

    public mutating func append(contentsOf other: LimbVector) {
        precondition(other.bits == bits, "widths differ")
        let old = count * limbsPerElement
        let added = other.count * limbsPerElement
        if !isKnownUniquelyReferenced(&buffer) || buffer.words < old + added {
            buffer = buffer.copy(used: old, words: max(old + added, 2 * old))
        }
        unsafe (buffer.pointer + old).update(from: other.buffer.pointer, count: added)
        count += other.count
    }

    /// The values as big integers: for small numbers of elements.
    public func bigInts() -> [BigInt] { (0..<count).map { self[$0] } }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&buffer) {
            buffer = buffer.copy(used: count * limbsPerElement, words: buffer.words)
        }
    }
}

extension LimbVector {
    /// Uniform in `[0, 2^bits)`.
    public static func random(count: Int, bits: Int, using generator: inout some RandomNumberGenerator) -> LimbVector {
        let result = LimbVector(count: count, bits: bits)
        let limbs = result.limbsPerElement
        let mask: UInt64 = bits == 0 ? 0 : bits % 64 == 0 ? .max : (1 << UInt64(bits % 64)) - 1
        for element in 0..<count {
            for k in 0..<limbs where bits > 0 {
                let drawn = generator.next()
                unsafe result.buffer.pointer[element * limbs + k] = k == limbs - 1 ? drawn & mask : drawn
            }
        }
        return result
    }

    /// Uniform in `[0, bound)`, by rejection. Precondition: `bound` is positive.
    public static func random(
        count: Int, below bound: BigInt, using generator: inout some RandomNumberGenerator
    ) -> LimbVector {
        precondition(bound.signum > 0, "empty range")
        let bits = bound.bitWidth
        let result = LimbVector(count: count, bits: bits)
        let limbs = result.limbsPerElement
        let mask: UInt64 = bits % 64 == 0 ? .max : (1 << UInt64(bits % 64)) - 1
        for element in 0..<count {
            var accepted = false
            while !accepted {
                for k in 0..<limbs {
                    let drawn = generator.next()
                    unsafe result.buffer.pointer[element * limbs + k] = k == limbs - 1 ? drawn & mask : drawn
                }
                accepted = result.firstElement(notBelow: bound, in: element..<element + 1) == nil
            }
        }
        return result
    }

    /// The first of the elements in `range` that is not below a bound; time depends on sizes and on that index only.
    func firstElement(notBelow bound: BigInt, in range: Range<Int>) -> Int? {
        let limbs = limbsPerElement
        // A bound wider than the elements bounds nothing.
        if bound.limbCount > limbs || range.isEmpty { return nil }
        let top = (0..<limbs).map { bound.limb($0) }
        let found = unsafe cm_first_not_below(buffer.pointer + range.lowerBound * limbs, top, limbs, range.count)
        return found < range.count ? range.lowerBound + found : nil
    }
}
