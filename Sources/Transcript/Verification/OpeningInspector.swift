import Jobs
public import Wire

/// What the running session and a verifier check before a party's first protocol message: that its site approved this very
/// job beforehand (T03), and that it committed to just the inputs that such a session has (T25).
/// `protocols/transcript.md` 5 and 7.
public struct OpeningInspector: PayloadInspector {
    public let checks = ["T03", "T25"]

    /// How far an approval may be dated after the other party's first record: clocks differ.
    public static let clockSkew: UInt64 = 300_000

    private let job: Bytes32
    private let committed: Set<String>
    /// What the meaning of each approval of such a job ends with.
    private let trust: String?
    private let identities: [String: VerifyingKey]
    /// Sender's time of each party's first record, milliseconds.
    private var firstTimes: [String: UInt64] = [:]
    private var approvals: [String: Approval] = [:]
    private var hasCommitted: Set<String> = []

    /// - Parameters:
    ///   - job: the job's own hash, whatever the session is for.
    ///   - committed: labels of what each party commits to in such a session.
    ///   - trust: what the meaning of each approval must end with (`protocols/job.md` 6); nil for nothing.
    ///   - parties: of the session, with the keys that approvals must be signed with.
    public init(job: Bytes32, committed: Set<String>, trust: String? = nil, parties: [PartyDescription]) {
        self.job = job
        self.trust = trust
        self.committed = committed
        identities = Dictionary(parties.map { ($0.name, $0.identity) }, uniquingKeysWith: { first, _ in first })
    }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        if firstTimes[record.from] == nil {
            firstTimes[record.from] = record.sentAt
            for (party, approval) in approvals.sorted(by: { $0.key < $1.key }) {
                try checkTime(of: approval, from: party)
            }
        }
        switch record.type {
        case .approval:
            guard let note = payload.flatMap({ try? ApprovalMessage(payload: $0) })?.note else { return }
            try take(note, from: record.from)
        case .commitments:
            guard let items = payload.flatMap({ try? InputCommitments(payload: $0) })?.items else { return }
            try take(Set(items.map(\.label)), from: record.from)
        default:
            guard record.type.protocolID != ProtocolVersion.session.id else { return }
            guard approvals[record.from] != nil else {
                throw Self.failure("T03", "approvalMissing", "\(record.from) did not show its approval of the job.")
            }
            guard hasCommitted.contains(record.from) else {
                throw Self.failure(
                    "T25", "commitmentsLate",
                    "\(record.from) sent a protocol message before it committed to its inputs.")
            }
        }
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {}

    private mutating func take(_ note: String, from party: String) throws(InspectionFailure) {
        guard let key = identities[party], let approval = try? Approval(note: note, signedBy: key),
            approval.site == party
        else {
            throw Self.failure("T03", "approvalInvalid", "\(party)'s approval is not signed by that site.")
        }
        guard approval.job == job.hex else {
            throw Self.failure("T03", "approvalOfOtherJob", "\(party) approved another job.")
        }
        guard trust.map({ approval.meaning.hasSuffix("; " + $0) }) ?? true else {
            throw Self.failure(
                "T03", "approvalWithoutTrust", "\(party)'s approval does not say who is trusted to keep apart.")
        }
        approvals[party] = approval
        try checkTime(of: approval, from: party)
    }

    private func checkTime(of approval: Approval, from party: String) throws(InspectionFailure) {
        guard Self.isInTime(approval, of: party, firstTimes) else {
            throw Self.failure("T03", "approvalLate", "\(party) approved the job after its first message.")
        }
    }

    /// By its own clock before its own first record; by the other's clock not after that one's first, give or take.
    static func isInTime(_ approval: Approval, of party: String, _ firstTimes: [String: UInt64]) -> Bool {
        guard let time = approval.milliseconds else { return false }
        return firstTimes.allSatisfy { sender, first in
            sender == party ? time <= first : time <= first || time - first <= clockSkew
        }
    }

    private mutating func take(_ labels: Set<String>, from party: String) throws(InspectionFailure) {
        if let missing = committed.subtracting(labels).min() {
            throw Self.failure("T25", "commitmentsMissing", "\(party) did not commit to its \(missing).")
        }
        if let other = labels.subtracting(committed).min() {
            throw Self.failure(
                "T25", "commitmentsUnexpected", "\(party) committed to \(other), which no such session has.")
        }
        hasCommitted.insert(party)
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
