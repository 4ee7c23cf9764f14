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
    /// Of an elastic net: correlations, then the gradient, as they are opened at once.
    private let joint: [[ShareWord]]

    /// A record with its payload.
    public typealias Message = (record: Record, payload: [UInt8])

    /// Whether a record is one of those that numbers are told in.
    public static func areIn(_ record: Record) -> Bool {
        [.windowShare, .resultShares, .trainingSetup, .trainingBounds].contains(record.type)
    }

    /// What the shares of the active party and the helper come to: their sums, or of a bit of each `a + 2 b`.
    ///
    /// - Parameters:
    ///   - messages: of their session, both ways, each way in its order; others are passed over.
    ///   - plan: of the training.
    public init(openedIn messages: [Message], active: String, plan: TrainingPlan) {
        let shares = Self.shares(messages)
        let (own, theirs) = (shares.filter { $0.from == active }, shares.filter { $0.from != active })
        numbers = zip(own, theirs).map { first, second in
            let (a, b) = (first.share, second.share)
            guard a.bits > 1 else { return Number(bits: 2, value: a.value + 2 * b.value) }
            return Number(bits: a.bits, value: (a.value &+ b.value) & (UInt64.max >> UInt64(64 - min(64, a.bits))))
        }
        let widths = plan.jointWidths
        let (first, second) = (
            Self.joint(messages, widths) { $0 == active }, Self.joint(messages, widths) { $0 != active }
        )
        joint = zip(zip(first, second), widths).map { both, widths in
            zip(zip(both.0, both.1), widths).map { ($0.0 &+ $0.1).masked($1) }
        }
        begin(messages, by: active)
    }

    /// What a holder told a further party. Bits of own parts come from the other side.
    ///
    /// - Parameters:
    ///   - messages: of their session.
    ///   - plan: of the training.
    public init(toldIn messages: [Message], by holder: String, plan: TrainingPlan) {
        numbers = Self.shares(messages).filter { $0.from == holder }.map {
            Number(bits: $0.share.bits, value: $0.share.value)
        }
        joint = Self.joint(messages, plan.jointWidths) { $0 == holder }
        begin(messages, by: holder)
    }

    /// A party's first messages of results, which are those of numbers opened at once.
    private static func joint(
        _ messages: [Message], _ widths: [[Int]], from isSender: (String) -> Bool
    ) -> [[ShareWord]] {
        let sent = messages.filter { $0.record.type == .resultShares && isSender($0.record.from) }
        return zip(sent, widths).map { message, widths in
            (try? ResultShares(payload: message.payload))?.words(bits: widths) ?? []
        }
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
