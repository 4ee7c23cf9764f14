@testable import SplitRegression

/// What a log with a holder would hold of a further party's numbers if they were sent as they are.
struct PlainLog: Sendable {
    struct Item: Sendable {
        let words: [ShareWord]
        /// Of each.
        let bits: Int

        /// Each in whole bytes.
        var bytes: [UInt8] { ResultShares(words, bits: words.map { _ in bits }).bytes }
    }

    /// From the party.
    var handovers: [Item] = []
    /// To the party.
    var results: [Item] = []
}
