public import Jobs
public import Wire

/// Checks a transcript folder offline: streaming, in memory bounded by one message and a few words a record, whatever
/// the folder holds. `protocols/transcript.md` section 9.
public struct Verifier: Sendable {
    /// What a verifier knows beside the folder.
    public struct Options: Sendable {
        /// Identities pinned beforehand, by party. Without them T04 shows only that the transcript agrees with itself.
        public var pinned: [String: VerifyingKey] = [:]
        /// ML-DSA keys pinned beforehand, by party.
        public var pinnedSecond: [String: SecondVerifyingKey] = [:]
        /// The job that it should be.
        public var jobHash: Bytes32?
        /// What the session under it should have been for.
        public var purpose: SessionPurpose?
        /// The verifying site's own policy, for T13.
        public var policy: Policy?
        /// The state machine of the protocols of such a session, for T09 and T14.
        public var plan: (@Sendable (Job, SessionPurpose) -> ProtocolPlan)?
        /// What looks at payloads, for checks that only a protocol can make.
        /// Throws where no such session is possible.
        public var inspectors: (@Sendable (Job, SessionFacts) throws -> [any PayloadInspector])?
        /// Counts that an outcome of such a session names, and no others.
        public var requiredCounts: (@Sendable (SessionPurpose) -> Set<String>)?
        /// What the guards need to know about a fit as it ran, from the outcome's counts.
        public var guardFacts: (@Sendable (Job, [String: Int64]) -> GuardFacts?)?

        /// Judges records that nobody signed as if their senders had: what a party would be blamed for had it gone on. Never
        /// changes which signatures are missing.
        package var judgesUnsigned = false

        public init() {}
    }

    /// What inspectors may need of the session: for the contexts of proofs.
    public struct SessionFacts: Sendable, Hashable {
        public let session: Bytes32
        public let purpose: SessionPurpose
        /// The party that kept the transcript first.
        public let parties: [PartyDescription]
    }

    public let folder: String
    public let options: Options

    public init(folder: String, options: Options = Options()) {
        self.folder = folder
        self.options = options
    }

    static let ownChecks = Check.allCases.filter { $0.rawValue.hasPrefix("T") }
    static let bothChecks = Check.allCases.filter { $0.rawValue.hasPrefix("T") || $0.rawValue.hasPrefix("X") }

    /// Never throws and never traps, whatever the folder holds: what is wrong is in the report.
    public func verify() -> VerificationReport {
        var run = VerificationRun(layout: TranscriptLayout(folder: folder), options: options)
        run.run()
        return run.report(checks: Self.ownChecks)
    }

    /// Verifies this copy and the peer's, then compares them (X01, X02).
    public func verify(against peerFolder: String) -> VerificationReport {
        var run = VerificationRun(layout: TranscriptLayout(folder: folder), options: options)
        run.run()
        // Equal leaves mean equal payloads: what inspectors found in a whole copy holds for the other's, and for its
        // outcome too, whose counts must then be the same.
        var theirs = options
        if run.isWhole { theirs.inspectors = nil }
        var other = VerificationRun(layout: TranscriptLayout(folder: peerFolder), options: theirs)
        other.run()
        CopyComparison.compare(&run, other)
        return run.report(checks: Self.bothChecks)
    }
}
