/// A number that is opened to both parties: where it belongs, and through which window (describe.md 5).
package struct DescribedNumber: Sendable, Hashable {
    package let column: Int
    package let block: Int
    /// 0 and 1: the sums of `z` and `s` of a numeric column; else a level.
    package let item: Int
    package let group: Int
    /// Low bits of the sum that are not opened.
    package let cut: Int
    package let bits: Int
    package let isSigned: Bool
    /// The most that it can be: rows or weight of its group, cut; none for sums of a numeric column.
    package let most: UInt64?
}

extension DescriptionShape {
    /// All of them, in the order column, block, item, group.
    package func numbers(shown: [Bool], _ sizes: [GroupSize]) -> [DescribedNumber] {
        var result: [DescribedNumber] = []
        for (index, (column, isShown)) in zip(columns, shown).enumerated() where isShown {
            for block in 0..<blocks {
                for item in column.items {
                    for group in 0..<groups {
                        result.append(number(index, block, item, group, isNumeric: column.isNumeric, sizes[group]))
                    }
                }
            }
        }
        return result
    }

    private func number(
        _ column: Int, _ block: Int, _ item: Int, _ group: Int, isNumeric: Bool, _ size: GroupSize
    ) -> DescribedNumber {
        let sum = size.sum(block: block)
        let exponent = Self.exponent(sum)
        // Where few people count, digits are fewer.
        let most = block == 0 ? Int.max : Self.exponent(size.effectiveRows) + 3
        if isNumeric {
            // To 2^-11 of a standard deviation, or of its square.
            let digits = min(Self.meanBits, most)
            let bits = countBits + (block == 0 ? 0 : Self.weightBits) - exponent + digits + 3
            return DescribedNumber(
                column: column, block: block, item: item, group: group, cut: Self.fractionBits + exponent - digits,
                bits: bits, isSigned: item == 0, most: nil)
        }
        let digits = min(Self.shareBits, most)
        let (cut, bits) = block == 0 ? (0, countBits + 1) : (exponent - digits, digits + 2)
        return DescribedNumber(
            column: column, block: block, item: item, group: group, cut: cut, bits: bits, isSigned: false,
            most: sum >> UInt64(cut) + (cut > 0 ? 1 : 0))
    }

    private static func exponent(_ sum: UInt64) -> Int { 63 - sum.leadingZeroBitCount }

    /// Means are opened to `2^-11` standard deviations, weighted shares of levels to `2^-13`, or coarser.
    static let meanBits = 11
    static let shareBits = 13
}

extension DescribedNumber {
    /// What a party sends of its share.
    package func window(of share: ShareWord) -> ShareWord { share.masked().shiftedRight(cut).masked(bits) }

    /// The active party's number of its own column, rounded.
    package func whole(_ sum: ShareWord) -> ShareWord {
        let half = cut > 0 ? ShareWord(low: 1, middle: 0, high: 0).shiftedLeft(cut - 1) : .zero
        return window(of: sum &+ half)
    }

    /// Of both parties' windows. Both round down: one unit is put back.
    package func opened(_ own: ShareWord, _ peer: ShareWord) -> Int64 {
        opened(own &+ peer &+ ShareWord(Int64(cut > 0 ? 1 : 0)))
    }

    /// Of the number modulo `2^bits`.
    package func opened(_ word: ShareWord) -> Int64 {
        let word = word.masked(bits)
        return Int64(truncatingIfNeeded: (isSigned ? word.signed(bits) : word).low)
    }

    /// Whether the window has room for it.
    func holds(_ value: Int64) -> Bool {
        let half = Int64(1) << Int64(bits - 1)
        return isSigned ? (-half..<half).contains(value) : (0..<2 * half).contains(value)
    }

    /// Whether a group can have so many.
    fileprivate func allows(_ value: Int64) -> Bool { most.map { value >= 0 && UInt64(value) <= $0 } ?? true }
}

extension [DescribedNumber] {
    /// All of them, of the active party's windows and of the passive one's, which has none of the other's columns.
    func opened(_ active: [ShareWord], _ passive: [ShareWord]) -> [Int64] {
        let own = count - passive.count
        return enumerated().map { index, number in
            index < own ? number.opened(active[index]) : number.opened(active[index], passive[index - own])
        }
    }

    /// Whether some count of rows that is shown is below the least one: its column had to be hidden.
    package func showSmallCell(_ values: [Int64], below least: Int) -> Bool {
        // Of each column and group what the levels that are opened leave to the first one.
        var left: [[Int]: Int64] = [:]
        for (number, value) in zip(self, values) where number.block == 0 {
            guard let most = number.most else { continue }
            guard value >= Int64(least) else { return true }
            left[[number.column, number.group], default: Int64(most)] -= value
        }
        return left.values.contains { $0 < Int64(least) }
    }

    /// Whether groups can have so many of each level, and of all that are shown. One unit more for each that is rounded.
    package func allow(_ values: [Int64]) -> Bool {
        guard zip(self, values).allSatisfy({ $0.allows($1) }) else { return false }
        var left: [[Int]: Int64] = [:]
        for (number, value) in zip(self, values) {
            guard let most = number.most else { continue }
            let place = [number.column, number.block, number.group]
            let unit: Int64 = number.cut > 0 ? 1 : 0
            left[place] = left[place, default: Int64(most) - unit] + unit - value
        }
        return left.values.allSatisfy { $0 >= 0 }
    }
}
