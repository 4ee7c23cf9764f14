/// What one guard or limit says about one run.
public struct GuardFinding: Sendable, Hashable, Codable {
    public enum Verdict: String, Sendable, Hashable, Codable {
        case kept
        case refused
        /// A figure is missing: only the other side, or a later moment, can tell.
        case notEvaluated = "not-evaluated"
        /// The job opens nothing that this guard is about.
        case notApplicable = "not-applicable"
    }

    /// Stable name, for example `guard-scores` or `limit-cohort`.
    public let name: String
    public let verdict: Verdict
    /// The figures that were compared, in words.
    public let figures: String
    /// What would satisfy it, when the job is refused.
    public let remedy: String?
    /// The job loosens it.
    public let loosened: Bool
}

extension GuardFinding {
    init(_ item: Guard, _ verdict: Verdict, _ figures: String, remedy: String? = nil, loosened: Bool = false) {
        self.init(name: item.name, verdict: verdict, figures: figures, remedy: remedy, loosened: loosened)
    }

    /// What a job is refused with for this; nil unless it is refused.
    public var refusal: GuardRefusal? {
        guard verdict == .refused else { return nil }
        return GuardRefusal(name: name, figures: figures, remedy: remedy ?? "")
    }
}

/// A job that breaks a guard or a limit. The command line ends with exit code 4.
public struct GuardRefusal: Error, Sendable, Hashable, Codable {
    /// Stable name, for example `guard-scores`.
    public let name: String
    /// The figures that were compared, in words.
    public let figures: String
    /// What would satisfy it.
    public let remedy: String
}

extension GuardRefusal: CustomStringConvertible {
    public var description: String { "\(name): \(figures) (\(remedy))" }
}
