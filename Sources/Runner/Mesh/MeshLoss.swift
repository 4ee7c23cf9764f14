import SecureSums
import Wire

/// Why an attempt ended that another one may mend: sites that are gone, or were never all there.
struct MeshLoss {
    let sentence: String
    /// Whether sites said different things about a session, rather than that one of them was gone.
    let isMismatch: Bool

    /// nil for what ends the job.
    init?(_ error: any Error) {
        let losses: [SumError.Loss]
        switch error as? SumError {
        case .suspended(let lost), .lostInSetup(let lost): losses = lost
        case .meshMismatch(let site, let other):
            // One of them was killed and came back while the others set up: some have its old session, some its new one.
            sentence = "\(site) and \(other) do not say the same about the session between them"
            isMismatch = true
            return
        default: return nil
        }
        guard losses.allSatisfy({ Self.mayReturn($0.reason) }) else { return nil }
        sentence = "lost \(losses.map { "\($0.site) (\($0.reason.name))" }.joined(separator: ", "))"
        isMismatch = losses.contains { Self.isMismatch($0.reason) }
    }

    private static let mismatch = SumError.meshMismatch(site: "", other: "").name

    private static func isMismatch(_ reason: WireError) -> Bool {
        if case .peerAborted(_, let abort) = reason { return abort.name == mismatch }
        return false
    }

    private static func mayReturn(_ reason: WireError) -> Bool {
        isMismatch(reason) || [.transport, .timeout, .cancelled].contains(reason.kind)
    }
}

/// How often and how long a site tries again after mismatches: whoever names another session in each set-up would keep the others
/// running for ever, and use up what they allow each other in attempts. A site that came back makes one, seldom two.
struct MismatchBound {
    static let most = 3

    private let limit: Duration
    private var opened = 0
    private var mismatches = 0
    private var first: ContinuousClock.Instant?

    init(within limit: Duration) { self.limit = limit }

    /// - Parameter opened: sums that are opened by now. Only another one begins the count anew, not a loss in between.
    mutating func allows(another loss: MeshLoss, opened: Int, at now: ContinuousClock.Instant) -> Bool {
        if opened > self.opened { (mismatches, first) = (0, nil) }
        self.opened = max(opened, self.opened)
        guard loss.isMismatch else { return true }
        mismatches += 1
        let start = first ?? now
        first = start
        return mismatches <= Self.most && now - start <= limit
    }
}
