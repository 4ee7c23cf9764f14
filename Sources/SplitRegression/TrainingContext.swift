internal import Wire

/// What every step of a training job needs: who we are, the keys, the session.
struct TrainingContext {
    let role: TrainingRole
    let plan: TrainingPlan
    let keys: TrainingKeys
    let session: Session
    let rows: Int
    let testRows: Int
    /// Linear: labels are in units of `2^labelExponent`, so that their standard deviation is at most 1.
    let labelExponent: Int
    let report: @Sendable (TrainingProgress) -> Void
}
