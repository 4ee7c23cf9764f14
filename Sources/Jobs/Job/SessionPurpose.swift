public import Wire

/// What a session under a job is for. Each purpose has a hash of its own, which both hellos name: no session of one
/// passes for one of another, and two sites that run different commands find out before anything else is said.
/// `protocols/job.md` section 4. The words are hashed, and so are written out.
public enum SessionPurpose: String, Sendable, Hashable, Codable, CaseIterable {
    /// The job itself: alignment and training.
    case fit = "fit"
    /// Which rows are common, without a fit.
    case alignment = "alignment"
    /// About how many rows are common.
    case count = "count"
    /// Scores of new rows by a model that was fitted before.
    case prediction = "prediction"

    /// What the hellos of such a session name.
    ///
    /// - Parameter job: the job's own hash.
    public func hash(of job: Bytes32) -> Bytes32 {
        // SHA-256("moiety/<purpose>/v1" || job hash)
        self == .fit ? job : Bytes32(hashing: Array("moiety/\(rawValue)/v1".utf8) + job.bytes)
    }

    /// The purpose of a session whose hellos name `hash`; `nil` when it is no session under this job.
    public init?(named hash: Bytes32, under job: Bytes32) {
        guard let purpose = Self.allCases.first(where: { $0.hash(of: job) == hash }) else { return nil }
        self = purpose
    }
}

extension SessionPurpose {
    /// Labels of what each party commits to before the first protocol message of such a session, these and no others
    /// (`protocols/transcript.md` 7): cells only where a session computes with them.
    public var committed: Set<String> {
        switch self {
        case .fit, .prediction: ["identifiers", "rows"]
        case .alignment, .count: ["identifiers"]
        }
    }
}
