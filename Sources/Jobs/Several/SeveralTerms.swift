/// A job of three to eight parties with different columns about the same people (`protocols/job.md` 8): it aligns their rows.
extension Job {
    /// Version of the job file and of its encoding.
    public static let severalFormatVersion: UInt16 = 10

    /// Parties of such a job.
    static let several = 3...8
}

/// Names of what such a job's parties are called in its leakage table.
extension LeakagePhase {
    /// In place of a name.
    static let eachPassive = "each other party"

    /// Those of a job of several parties.
    public static let ofSeveral: [LeakagePhase] = [.session, .alignment, .early]
}
