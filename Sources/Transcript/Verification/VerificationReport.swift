public import Jobs

/// What a verifier found: a verdict, one finding a check in their order, and what the transcript is about.
public struct VerificationReport: Sendable, Hashable, Codable {
    public enum Verdict: String, Sendable, Hashable, Codable {
        case valid = "VALID"
        case validPruned = "VALID (payloads pruned)"
        /// What both parties signed holds, but the session was not closed by both, or its keeper signed no outcome: what
        /// no signed head of its sender covers is nobody's word.
        case notClosed = "NOT CLOSED"
        case invalid = "INVALID"
    }

    public enum Status: String, Sendable, Hashable, Codable {
        case passed, failed, warning
        /// Something it needs failed, is pruned, or was not given.
        case notEvaluated = "not evaluated"
    }

    public struct Finding: Sendable, Hashable, Codable {
        public let check: Check
        public let status: Status
        /// The error's name, of a failure or a warning.
        public let error: String?
        /// Which record, if it is about one.
        public let record: RecordReference?
        public let sentence: String

        public init(
            check: Check, status: Status, error: String? = nil, record: RecordReference? = nil, sentence: String
        ) {
            self.check = check
            self.status = status
            self.error = error
            self.record = record
            self.sentence = sentence
        }
    }

    /// A record of a log.
    public struct RecordReference: Sendable, Hashable, Codable {
        public let from: String
        public let to: String
        public let sequence: UInt64
    }

    public let verdict: Verdict
    /// Of NOT CLOSED: what is missing, and from which record on.
    public let reasons: [String]
    public let findings: [Finding]
    /// `nil` when not even the parties could be read.
    public let summary: TranscriptSummary?

    init(verdict: Verdict, reasons: [String] = [], findings: [Finding], summary: TranscriptSummary?) {
        self.verdict = verdict
        self.reasons = reasons
        self.findings = findings
        self.summary = summary
    }

    /// The same with findings of checks made elsewhere (replay). A failure makes it INVALID.
    public func adding(_ more: [Finding]) -> VerificationReport {
        let failed = more.contains { $0.status == .failed }
        return VerificationReport(
            verdict: failed ? .invalid : verdict, reasons: failed ? [] : reasons, findings: findings + more,
            summary: summary)
    }

    /// The same words wherever it is said, the second verifier's too.
    static func onlyHashes(of messages: Int) -> String {
        "of \(messages) bulk message\(messages == 1 ? "" : "s") only the hash is kept"
    }

    /// The failure that decides the verdict.
    public var failure: Finding? { findings.first { $0.status == .failed } }

    public static let nobodyCanCheck = """
        Nobody can check that the committed data was true, that a party did not learn more by other means, or that a \
        party ran only one copy.
        """

    /// For people: one line a check, the verdict last.
    public var text: String {
        var out = ""
        for finding in findings {
            let mark =
                switch finding.status {
                case .passed: "ok  "
                case .failed: "FAIL"
                case .warning: "warn"
                case .notEvaluated: "-   "
                }
            let place = finding.record.map { " at record \($0.sequence) from \($0.from) to \($0.to)" } ?? ""
            let name = finding.error.map { " \($0)\(place):" } ?? ""
            out += "[\(finding.check.rawValue)] \(mark)\(name) \(finding.sentence)\n"
        }
        return out + "\(Self.nobodyCanCheck)\n\(verdictLine)\n"
    }

    /// The verdict, and what the session was where that is not the job's fit: nobody takes one for the other.
    public var verdictLine: String {
        let words = reasons.isEmpty ? verdict.rawValue : "\(verdict.rawValue): \(reasons.joined(separator: "; "))"
        guard verdict != .invalid, summary?.purpose != .fit, let phrase = summary?.phrase else { return words }
        return "\(words) (\(phrase)\(phrase.split(separator: " ").contains("fit") ? "" : ", no fit"))"
    }
}

/// What a transcript is about, in numbers.
public struct TranscriptSummary: Sendable, Hashable, Codable {
    public struct Party: Sendable, Hashable, Codable {
        public let name: String
        public let role: String
        /// SHA-256 of its identity key.
        public let identity: String
        public let certificate: String
    }

    /// A token beside the transcript.
    public struct Timestamp: Sendable, Hashable, Codable {
        public let file: String
        /// The file that it is of.
        public let of: String
        /// What the authority says, UTC; its signature is not checked.
        public let time: String
    }

    /// One direction, one kind of message.
    public struct Traffic: Sendable, Hashable, Codable {
        public let from: String
        public let type: String
        public var messages: Int
        public var chunks: Int
        public var bytes: UInt64
        public var rounds: UInt32
        /// Milliseconds of Unix time, by the sender's clock.
        public let first: UInt64
        public var last: UInt64
    }

    public let session: String
    /// Of the job that the session was under.
    public let jobHash: String
    /// What it was for; `nil` when `job.bin` is not what the parties agreed on.
    public let purpose: SessionPurpose?
    /// The same for sentences.
    public let phrase: String?
    public let title: String?
    public let parties: [Party]
    public internal(set) var traffic: [Traffic] = []
    /// Records that a head signed by their sender covers, by sender.
    public internal(set) var signed: [String: UInt64] = [:]
    /// Sizes of the logs at each countersigned checkpoint, by sender.
    public internal(set) var checkpoints: [String: [UInt64]] = [:]
    public internal(set) var recordsSent: [String: UInt64] = [:]
    /// Bulk messages of which a transcript that is otherwise whole keeps the hash.
    public internal(set) var payloadsByHash: Int = 0
    /// Messages without a payload in a transcript that was pruned.
    public internal(set) var payloadsPruned: Int = 0
    public internal(set) var counts: [String: Int64] = [:]
    public internal(set) var metrics: [String: Double] = [:]
    /// As shown in the session, their signatures checked.
    public internal(set) var approvals: [Approval] = []
    public internal(set) var timestamps: [Timestamp] = []
    /// What the keeper of this copy says that it ran.
    public internal(set) var build: BuildNote?
}
