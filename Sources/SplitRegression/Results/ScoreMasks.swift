package import Wire

/// Words of one passive party that hide its scores from the active one, and cancel in the sum over all passive parties
/// (multiparty-training.md 9).
package struct ScoreMasks: Sendable {
    private static let wordBytes = 8
    private static let label = Array("moiety/parties/scores/v1".utf8)

    /// Of each other passive party, and whether its words are added here; there they are taken off.
    private let keys: [(key: [UInt8], isAdded: Bool)]

    /// - Parameters:
    ///   - own: this party's number in the job.
    ///   - pairs: what it shares with each other passive party in this run alone, by that one's number.
    package init(own: Int, pairs: [Int: PairSecret]) {
        keys = pairs.sorted { $0.key < $1.key }.map { ($0.value.derived(Self.label), $0.key > own) }
    }

    /// How many other parties are needed to take them off.
    var sharers: Int { keys.count }

    /// sum over l > j of mask_jl(i) - sum over l < j of mask_jl(i), mod 2^64, of these rows.
    ///
    /// - Parameter rows: from an even place on: blocks of the stream have two words.
    func words(_ rows: Range<Int>) -> [UInt64] {
        precondition(rows.lowerBound.isMultiple(of: 2), "half a block would mask two rows alike")
        var sums = [UInt64](repeating: 0, count: rows.count)
        let block = rows.lowerBound * Self.wordBytes / MaskStream.blockBytes
        for (key, isAdded) in keys {
            let stream = MaskStream.bytes(key, from: UInt64(block), count: rows.count * Self.wordBytes)
            for index in sums.indices {
                let place = index * Self.wordBytes
                let word = stream[place..<place + Self.wordBytes].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                sums[index] = isAdded ? sums[index] &+ word : sums[index] &- word
            }
        }
        return sums
    }
}

/// It does not print itself.
extension ScoreMasks: CustomStringConvertible, CustomReflectable {
    package var description: String { "ScoreMasks" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
