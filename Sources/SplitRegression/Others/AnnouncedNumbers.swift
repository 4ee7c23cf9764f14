public import Wire

/// How a fit of several parties began and the numbers that it opened, as one session's logs have them: the active party and the helper open them to each
/// other, and each tells them to each further party (multiparty-training.md 3, announcement). In all sessions they are the same.
public struct AnnouncedNumbers: Sendable, Hashable {
    private struct Number: Hashable {
        let bits: Int
        let value: UInt64
    }

    /// How many rows are fitted and held out, and the power of two of a linear label.
    private var start: [Int] = []
    /// Powers of two above the active party's numbers, as they were sent.
    private var bounds: [UInt8] = []
    private let numbers: [Number]

    /// A record with its payload.
    public typealias Message = (record: Record, payload: [UInt8])

    /// Whether a record is one of those that numbers are told in.
    public static func areIn(_ record: Record) -> Bool {
        [.windowShare, .trainingSetup, .trainingBounds].contains(record.type)
    }

    /// What the shares of the active party and the helper come to: their sums, or of a bit of each `a + 2 b`.
    ///
    /// - Parameter messages: of their session, both ways, each way in its order; others are passed over.
    public init(openedIn messages: [Message], active: String) {
        let shares = Self.shares(messages)
        let (own, theirs) = (shares.filter { $0.from == active }, shares.filter { $0.from != active })
        numbers = zip(own, theirs).map { first, second in
            let (a, b) = (first.share, second.share)
            guard a.bits > 1 else { return Number(bits: 2, value: a.value + 2 * b.value) }
            return Number(bits: a.bits, value: (a.value &+ b.value) & (UInt64.max >> UInt64(64 - min(64, a.bits))))
        }
        begin(messages, by: active)
    }

    /// What a holder told a further party. Bits of own parts come from the other side.
    ///
    /// - Parameter messages: of their session.
    public init(toldIn messages: [Message], by holder: String) {
        numbers = Self.shares(messages).filter { $0.from == holder }.map {
            Number(bits: $0.share.bits, value: $0.share.value)
        }
        begin(messages, by: holder)
    }

    private mutating func begin(_ messages: [Message], by holder: String) {
        for (record, payload) in messages where record.from == holder {
            if record.type == .trainingBounds { bounds = payload }
            guard record.type == .trainingSetup, let setup = try? TrainingSetup(payload: payload) else { continue }
            start = [setup.rows, setup.testRows, setup.labelExponent]
        }
    }

    private static func shares(_ messages: [Message]) -> [(from: String, share: WindowShare)] {
        messages.compactMap { record, payload in
            record.type == .windowShare ? (try? WindowShare(payload: payload)).map { (record.from, $0) } : nil
        }
    }
}
