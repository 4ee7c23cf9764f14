/// What one guard or limit says about one run.
public struct GuardFinding: Sendable, Hashable, Codable {
    public enum Verdict: String, Sendable, Hashable, Codable {
        case kept
        case refused
        /// The job runs, but without what this guard is about.
        case withheld
        /// A figure is missing: only the other side, or a later moment, can tell.
        case notEvaluated = "not-evaluated"
        /// The job opens nothing that this guard is about.
        case notApplicable = "not-applicable"
    }

    /// Stable name, for example `guard-1-labels` or `limit-cohort`.
    public let name: String
    /// Number of the guard; nil for limits.
    public let number: Int?
    public let verdict: Verdict
    /// The figures that were compared, in words.
    public let figures: String
    /// What would satisfy it, when the job is refused or something withheld.
    public let remedy: String?
    /// The job loosens it by a factor of two.
    public let loosened: Bool
}

extension GuardFinding {
    /// What a job is refused with for this; nil unless it is refused.
    public var refusal: GuardRefusal? {
        guard verdict == .refused else { return nil }
        return GuardRefusal(name: name, number: number, figures: figures, remedy: remedy ?? "")
    }
}

/// A job that breaks a guard or a limit. The command line ends with exit code 4.
public struct GuardRefusal: Error, Sendable, Hashable, Codable {
    /// Stable name, for example `guard-1-labels`.
    public let name: String
    public let number: Int?
    /// The figures that were compared, in words.
    public let figures: String
    /// What would satisfy it.
    public let remedy: String
}

extension GuardRefusal: CustomStringConvertible {
    public var description: String { "\(name): \(figures) (\(remedy))" }
}
