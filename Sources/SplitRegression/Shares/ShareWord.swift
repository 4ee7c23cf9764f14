/// 192 bits in two's complement with wrapping arithmetic: what one party holds of a shared number (training.md 2).
///
/// Vectors and matrices are shared modulo `2^152`: of their words only the low 152 bits count. Rows are shared over the
/// integers and stay far below 192 bits.
package struct ShareWord: Sendable, Hashable {
    /// W: words of vectors and matrices are taken modulo `2^W`.
    package static let modulusBits = 152

    package var low: UInt64
    package var middle: UInt64
    package var high: UInt64

    package static let zero = ShareWord(low: 0, middle: 0, high: 0)

    package init(low: UInt64, middle: UInt64, high: UInt64) {
        self.low = low
        self.middle = middle
        self.high = high
    }

    package init(_ value: Int128) {
        low = UInt64(truncatingIfNeeded: value)
        middle = UInt64(truncatingIfNeeded: value >> 64)
        high = value < 0 ? .max : 0
    }

    package init(_ value: Int64) { self.init(Int128(value)) }

    /// The nearest integer to `value 2^fractionBits`; nil beyond 2^180.
    package init?(_ value: Double, fractionBits: Int) {
        guard value.isFinite else { return nil }
        if value == 0 {
            self = .zero
            return
        }
        let exponent = Int(value.exponent) + fractionBits
        guard exponent < 180 else { return nil }
        if exponent < 62 {
            self.init(Int64((value * Double(sign: .plus, exponent: fractionBits, significand: 1)).rounded()))
            return
        }
        // 53 significant bits, exact.
        let integer = Int64(value.significand * 0x1p52) * (value < 0 ? -1 : 1)
        self = ShareWord(integer).shiftedLeft(exponent - 52)
    }

    package static func &+ (a: ShareWord, b: ShareWord) -> ShareWord {
        let (low, c0) = a.low.addingReportingOverflow(b.low)
        let (sum, c1) = a.middle.addingReportingOverflow(b.middle)
        let (middle, c2) = sum.addingReportingOverflow(c0 ? 1 : 0)
        return ShareWord(low: low, middle: middle, high: a.high &+ b.high &+ (c1 ? 1 : 0) &+ (c2 ? 1 : 0))
    }

    package static func &- (a: ShareWord, b: ShareWord) -> ShareWord { a &+ (-b) }

    package static prefix func - (a: ShareWord) -> ShareWord {
        ShareWord(low: ~a.low, middle: ~a.middle, high: ~a.high) &+ ShareWord(low: 1, middle: 0, high: 0)
    }

    package static func &* (a: ShareWord, b: ShareWord) -> ShareWord {
        let p00 = a.low.multipliedFullWidth(by: b.low)
        let p01 = a.low.multipliedFullWidth(by: b.middle)
        let p10 = a.middle.multipliedFullWidth(by: b.low)
        let high =
            a.low &* b.high &+ a.middle &* b.middle &+ a.high &* b.low &+ p01.high &+ p10.high
        let (s1, c1) = p00.high.addingReportingOverflow(p01.low)
        let (s2, c2) = s1.addingReportingOverflow(p10.low)
        return ShareWord(low: p00.low, middle: s2, high: high &+ (c1 ? 1 : 0) &+ (c2 ? 1 : 0))
    }

    package static func &* (a: ShareWord, b: Int64) -> ShareWord { a &* ShareWord(b) }

    /// Precondition: `0 <= count < 192`.
    package func shiftedLeft(_ count: Int) -> ShareWord {
        var words = [low, middle, high]
        let (skip, bits) = (count / 64, UInt64(count % 64))
        for index in (0..<3).reversed() {
            var word: UInt64 = index >= skip ? words[index - skip] << bits : 0
            if bits > 0, index > skip { word |= words[index - skip - 1] >> (64 - bits) }
            words[index] = word
        }
        return ShareWord(low: words[0], middle: words[1], high: words[2])
    }

    /// Bits `[count, 192)` at place zero, zeros above. Precondition: `0 <= count < 192`.
    package func shiftedRight(_ count: Int) -> ShareWord {
        switch count {
        case 0: return self
        case ..<64:
            let bits = UInt64(count)
            return ShareWord(
                low: low >> bits | middle << (64 - bits), middle: middle >> bits | high << (64 - bits),
                high: high >> bits)
        case ..<128:
            let bits = UInt64(count - 64)
            return ShareWord(
                low: bits == 0 ? middle : middle >> bits | high << (64 - bits), middle: high >> bits, high: 0)
        default: return ShareWord(low: high >> UInt64(count - 128), middle: 0, high: 0)
        }
    }

    /// The low `bits` bits, zeros above.
    package func masked(_ bits: Int = modulusBits) -> ShareWord {
        if bits >= 192 { return self }
        if bits > 128 { return ShareWord(low: low, middle: middle, high: high & ((1 << UInt64(bits - 128)) - 1)) }
        if bits > 64 {
            return ShareWord(low: low, middle: bits == 128 ? middle : middle & ((1 << UInt64(bits - 64)) - 1), high: 0)
        }
        return ShareWord(low: bits == 64 ? low : low & ((1 << UInt64(bits)) - 1), middle: 0, high: 0)
    }

    /// The integer in `[-2^(bits-1), 2^(bits-1))` that is this modulo `2^bits`.
    package func signed(_ bits: Int = modulusBits) -> ShareWord {
        let value = masked(bits)
        guard value.shiftedRight(bits - 1).low & 1 == 1 else { return value }
        // Ones above.
        return value &- ShareWord(low: 1, middle: 0, high: 0).shiftedLeft(bits)
    }

    /// As a signed number of 192 bits.
    package var asDouble: Double {
        let isNegative = high >> 63 == 1
        let magnitude = isNegative ? -self : self
        let value = Double(magnitude.high) * 0x1p128 + Double(magnitude.middle) * 0x1p64 + Double(magnitude.low)
        return isNegative ? -value : value
    }

    /// The low 128 bits.
    package var asInt128: Int128 { Int128(truncatingIfNeeded: UInt128(middle) << 64 | UInt128(low)) }
}
