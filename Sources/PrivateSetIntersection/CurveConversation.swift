internal import Wire

/// What both roles of an alignment over the curve know once the openings are exchanged.
struct CurveConversation: Sendable {
    let exchange: MatchExchange
    let identifiers: [[UInt8]]
    /// What the peer had said by its opening: all randomness hangs on it.
    let head: TreeHead
    let elements: CurveElements
    let progress: @Sendable (AlignmentProgress) -> Void

    init(
        _ exchange: MatchExchange, identifiers: [[UInt8]], head: TreeHead,
        progress: @escaping @Sendable (AlignmentProgress) -> Void
    ) throws(AlignmentError) {
        self.exchange = exchange
        self.identifiers = identifiers
        self.head = head
        self.progress = progress
        elements = CurveElements(
            curve: try Curve(), hashes: AlignmentHashes(sessionID: exchange.session.id.bytes))
    }

    var session: Session { exchange.session }
    var hashes: AlignmentHashes { elements.hashes }
    /// The receiver's questions, whichever side this is.
    func chunks(of count: Int) -> Chunking { Chunking.elements(count) }

    /// a or b.
    func mask() throws -> CurveMask {
        var generator = session.randomness("alignment mask", after: head)
        return try CurveMask(elements.curve, using: &generator)
    }

    func report(_ phase: AlignmentProgress.Phase, _ done: Int, of total: Int) {
        progress(AlignmentProgress(phase: phase, done: done, total: total))
    }
}
