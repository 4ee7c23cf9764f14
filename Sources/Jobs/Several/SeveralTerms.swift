/// A job of three to eight parties with different columns about the same people (`protocols/job.md` 8): it aligns their rows, and with a
/// model fits that.
extension Job {
    /// Version of the job file and of its encoding.
    public static let severalFormatVersion: UInt16 = 12

    /// The same of a fit that allows a refit without a lost party, and of a job that is such a refit.
    public static let refitFormatVersion: UInt16 = 13

    /// What whoever approves a fit of several parties vouches for: it stands in each approval. nil for other jobs.
    public var trust: String? {
        helper.map { "\(active.name) and \($0) do not put their parts together" }
    }

    /// Parties of such a job.
    package static let several = 3...8
}

/// Names of what such a job's parties are called in its leakage table.
extension LeakagePhase {
    /// In place of a name.
    static let eachPassive = "each other party"
    /// Of a fit: the passive parties besides the helper.
    static let eachFurther = "each further party"

    /// Those of an alignment of several parties.
    public static let ofSeveral: [LeakagePhase] = [.session, .alignment, .early]
    /// Those of a description of several parties.
    public static let ofSeveralDescription: [LeakagePhase] = [.session, .alignment, .description, .early]
    /// Those of a prediction of several parties.
    public static let ofSeveralPrediction: [LeakagePhase] = [.session, .alignment, .prediction, .early]
    /// Those of a fit of several parties.
    public static let ofSeveralFit: [LeakagePhase] = [.session, .alignment, .setup, .training, .end, .early]
}
