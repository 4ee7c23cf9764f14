package import Wire

/// How long the joint gradient was, pass by pass, read from what a transcript keeps of a training: the active party's bounds and
/// the windows that both parties sent. Nothing here is new to either of them: both saw these numbers while they trained.
package struct OpenedGradients: Sendable, Hashable {
    /// One gradient.
    package struct Pass: Sendable, Hashable {
        /// 0 at the start. One number stands twice where the fit measured the same gradient with fresh second
        /// derivatives.
        package let number: Int
        /// In the scale of standard errors.
        package let norm: Double
    }

    package let passes: [Pass]
    /// A gradient that is no longer than this is followed by the last step; in the scale of standard errors.
    package let tolerance: Double

    /// - Parameter plan: what the job allows over so many rows.
    /// - Returns: nil where a message that is needed was not kept, or is none that such a training has.
    package init?(active: Messages, passive: Messages, plan: (_ rows: Int) -> TrainingPlan) {
        guard let setup = active.setup, let bounds = active.bounds, active.isWhole, passive.isWhole else { return nil }
        let plan = plan(setup.rows)
        guard plan.allows(bounds) else { return nil }
        let facts = plan.facts(rows: setup.rows, heldOut: setup.testRows, bounds)
        let program = TrainingProgram(facts)
        var windows = Array(zip(active.windows, passive.windows))[...]
        var opened: [Double] = []
        var found: [Pass] = []
        while true {
            let next = program.continuation(after: opened)
            guard next.end == nil, let step = next.steps.last else { break }
            guard let number = Self.number(of: step, facts.after(next.steps), &windows) else { return nil }
            opened.append(number)
            if case .norm = step { found.append(Pass(number: next.passes, norm: facts.norm(ofOpened: number))) }
        }
        passes = found
        tolerance = facts.tolerance
    }

    /// What a step opened.
    private static func number(
        of step: TrainingStep, _ facts: TrainingFacts, _ windows: inout ArraySlice<(WindowShare, WindowShare)>
    ) -> Double? {
        if step.opensBits { return windows.popFirst().map { Double($0.0.value + 2 * $0.1.value) } }
        guard var opening = facts.opening(of: step) else { return nil }
        while let (own, other) = windows.popFirst() {
            guard own.bits == opening.bits, other.bits == opening.bits else { return nil }
            if let number = opening.take(own.value, other.value) { return number }
        }
        return nil
    }
}

extension OpenedGradients {
    /// One party's messages, in its order.
    package struct Messages: Sendable {
        fileprivate var setup: TrainingSetup?
        fileprivate var bounds: Announcement?
        fileprivate var windows: [WindowShare] = []
        fileprivate var isWhole = true

        package init() {}

        /// - Parameter payload: nil where a transcript keeps only its hash.
        package mutating func take(_ record: Record, payload: [UInt8]?) {
            guard [.trainingSetup, .trainingBounds, .windowShare].contains(record.type) else { return }
            guard let payload else {
                isWhole = false
                return
            }
            do {
                switch record.type {
                case .trainingSetup: setup = try TrainingSetup(payload: payload)
                case .trainingBounds: bounds = try TrainingBounds(payload: payload).announcement
                default: windows.append(try WindowShare(payload: payload))
                }
            } catch {
                isWhole = false
            }
        }
    }
}
