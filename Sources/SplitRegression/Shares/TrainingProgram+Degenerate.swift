// Tables on which some estimates do not exist: the fit goes on for the others.
extension TrainingProgram.Run {
    /// The information at the active party's own fit, and its inverse. Where the trace counts directions that were not reached, each
    /// passive party learns which of its columns are in them, and the last one that has some leaves one out. Where that has no end, each
    /// party learns which of its own are.
    func start(isFinal: Bool = false) throws(TrainingProgram.Stop) {
        while true {
            steps += [.startGradient, .startInformation]
            if try invert(.cold(exponent: 0, iterations: Self.coldIterations), isFinal: isFinal) { return }
            guard lastTrace > Self.nearTrace, lastTrace <= Double(facts.parameters) else { break }
            steps.append(.checkpoint)
            let left = facts.mostLeftOut - summary.leftOut
            // What comes next must be paid for.
            let cost = facts.bitsOfLeavingOut
            guard facts.penalty == 0, !facts.mayLeaveOut.isEmpty, lastTrace <= Double(left) + 0.5,
                spent + cost + facts.bitsOfLeavers + 2 * facts.traceBits <= facts.decisionBits
            else {
                steps.append(.aliases)
                break
            }
            spent += cost
            steps.append(.passiveAliases)
            guard let place = try leaver() else {
                steps.append(.aliases)
                break
            }
            steps.append(.leaveOut(place))
            facts = facts.without(columnOf: place)
            summary.leftOut += 1
        }
        throw .failure(.aliasedAcrossParties())
    }

    /// The last passive party with a column that takes part, as R leaves out the last column; nil where none says so.
    private func leaver() throws(TrainingProgram.Stop) -> PassivePlace? {
        guard !facts.otherColumns.isEmpty else { return .sharing }
        for place in facts.mayLeaveOut {
            if try open(.leaves(place)) != 0 { return place }
        }
        return nil
    }

    /// Estimates run away along the present direction: under fresh weights each step goes one unit further for ever. A step of
    /// several such units brings what is left of those rows below what a fit can tell.
    ///
    /// - Returns: the norm there. Where it does not fall, each party learns which of its columns move, and the fit ends.
    func leap() throws(TrainingProgram.Stop) -> Double {
        if facts.isShort(period) {
            // Rows would go round at once.
            try lengthen()
            pass()
        }
        var norm = try refresh()
        summary.hasLeapt = true
        doublingsBeforeLeap = doublings
        for isLast in [false, true] {
            for exponent in Self.leaps where summary.passes < facts.maximumPasses {
                steps.append(.move(shift: -exponent))
                pass(stays: false)
                let next = try openNorm()
                if next < norm {
                    steps.append(.accept)
                    return next
                }
            }
            steps.append(.stay)
            if isLast || doublings == facts.periodDoublings || summary.passes >= facts.maximumPasses { break }
            // The rows may have gone round.
            try lengthen()
            pass()
            norm = try direction()
        }
        steps += [.checkpoint, .movements]
        throw .failure(.separation())
    }

    /// Powers of two of the present direction that a leap tries.
    private static let leaps = [3, 2]
}
