/// Uniform permutations, made by steps that are written down: a replay must draw the same one whatever the standard
/// library's shuffle does by then. `protocols/alignment.md` 8.
enum Permutation {
    /// The rows `0 ..< count` in random order (Fisher and Yates, from the end).
    static func random(_ count: Int, using generator: inout some RandomNumberGenerator) -> [UInt32] {
        var rows = (0..<UInt32(count)).map { $0 }
        for last in stride(from: count - 1, to: 0, by: -1) {
            rows.swapAt(last, below(UInt64(last) + 1, using: &generator))
        }
        return rows
    }

    /// Uniform in `[0, bound)`: the low bits of one word, again until they are below the bound.
    private static func below(_ bound: UInt64, using generator: inout some RandomNumberGenerator) -> Int {
        let mask = UInt64.max >> UInt64((bound - 1).leadingZeroBitCount)
        while true {
            let drawn = generator.next() & mask
            if drawn < bound { return Int(drawn) }
        }
    }
}
