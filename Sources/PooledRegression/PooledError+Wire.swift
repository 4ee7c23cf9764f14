public import Wire

extension PooledError: PeerVisibleError {
    /// The same sums lead to the same error at every site, so peers learn nothing from it that they do not see themselves; but for
    /// ``PooledError/pointTooSharp``, ``PooledError/smallCell(_:smallest:)`` of a model and ``PooledError/voteTakenBack``, which say one bit
    /// of this site's rows each: that few carry its sums, that without them some level has few, that it had objected.
    public var name: String {
        switch self {
        case .badRows: "badRows"
        case .constantColumn: "constantColumn"
        case .collinear: "collinear"
        case .separation: "separation"
        case .smallCell: "smallCell"
        case .tooFewRows: "tooFewRows"
        case .pointTooSharp: "pointTooSharp"
        case .voteTakenBack: "voteTakenBack"
        case .impossibleSums: "impossibleSums"
        case .tooManyNumbers: "tooManyNumbers"
        case .notConverged: "notConverged"
        case .noiseTooLarge: "noiseTooLarge"
        case .notOverdispersed: "notOverdispersed"
        case .unsupported: "unsupported"
        case .outOfScale: "outOfScale"
        }
    }

    public var abortReason: AbortReason { AbortReason(.refusal, name) }
}
