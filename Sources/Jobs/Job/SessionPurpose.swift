public import Wire

/// What a session under a job is for: the job's own fit, an alignment, a prediction. Each purpose has a hash of its own, which both
/// hellos name: no session of one passes for one of another, and two sites that run different commands find out before anything
/// else is said. `protocols/job.md` section 4.
///
/// The name is hashed, stands in ledgers and reports, and so never changes. What else is known about a purpose is its
/// `SessionProtocol`'s.
public struct SessionPurpose: RawRepresentable, Sendable, Hashable, Codable {
    public let rawValue: String

    /// `nil` for what is no name: lower-case letters, digits and dashes.
    public init?(rawValue: String) {
        guard PartyName.isValid(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// For the program's own names.
    public init(_ name: StaticString) {
        rawValue = "\(name)"
    }

    /// The job itself: its hash alone stands for it.
    public static let fit = SessionPurpose("fit")

    /// What the hellos of such a session name.
    ///
    /// - Parameter job: the job's own hash.
    public func hash(of job: Bytes32) -> Bytes32 {
        // SHA-256("moiety/<purpose>/v1" || job hash)
        self == .fit ? job : Bytes32(hashing: Array("moiety/\(rawValue)/v1".utf8) + job.bytes)
    }
}

extension Sequence<SessionPurpose> {
    /// The purpose of a session whose hellos name `hash`; `nil` when it is none of these under this job.
    public func first(named hash: Bytes32, under job: Bytes32) -> SessionPurpose? {
        first { $0.hash(of: job) == hash }
    }
}
