public import Jobs
public import ProtocolKit
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
        /// That site's name in jobs; nil where the keeper of the folder is the site.
        public var site: String?
        /// What sessions there are, and what each of them must keep to.
        public var registry: SessionRegistry
        /// What is asked of the session's protocol.
        var parts = Parts.all

        /// Judges records that nobody signed as if their senders had: what a party would be blamed for had it gone on. Never
        /// changes which signatures are missing.
        package var judgesUnsigned = false

        public init(registry: SessionRegistry) {
            self.registry = registry
        }
    }

    /// What a session's protocol knows of it. A copy of a transcript whose payloads were looked at needs no second look.
    struct Parts: OptionSet, Sendable, Hashable {
        let rawValue: UInt8

        static let plan = Parts(rawValue: 1)
        static let payloads = Parts(rawValue: 2)
        static let counts = Parts(rawValue: 4)
        static let all: Parts = [.plan, .payloads, .counts]
    }

    public let folder: String
    public let options: Options

    public init(folder: String, options: Options) {
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
        if run.isWhole { theirs.parts.remove(.payloads) }
        // The job is the same, and the policy was asked about it.
        theirs.policy = nil
        var other = VerificationRun(layout: TranscriptLayout(folder: peerFolder), options: theirs)
        other.run()
        CopyComparison.compare(&run, other)
        return run.report(checks: Self.bothChecks)
    }
}
