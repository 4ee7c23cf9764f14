internal import Records
internal import Wire

// A further passive party's fit, from its columns to its table of coefficients (multiparty-training.md).
extension FittingRole {
    /// - Parameters:
    ///   - helper: with the helper; the role's own context is with the active party.
    ///   - index: this party's place among the further ones.
    func fitted(
        withHelper helper: TrainingContext, index: Int
    ) async throws -> (outcome: TrainingOutcome, machine: OtherMachine) {
        var kept = Kept(columns: columns, names: names)
        var machine = try await machine(withHelper: helper, index: index)
        let summary: TrainingProgram.Summary
        do {
            summary = try await run(TrainingProgram(machine.facts)) { step, _ in
                guard case .leaveOut(let place) = step else { return try await machine.perform(step) }
                let (next, left) = try machine.leavingOut(of: place, kept.columns, names: kept.names)
                machine = next
                if let left { kept.remove(left) }
                return nil
            }
        } catch TrainingError.aliasedAcrossParties {
            throw TrainingError.aliasedAcrossParties(
                columns: NamedColumns.aliased(machine.results.aliases, names: kept.names))
        } catch TrainingError.separation {
            throw TrainingError.separation(
                columns: NamedColumns.moving(machine.results.movements, columns: kept.columns, names: kept.names))
        }
        let facts = machine.facts
        let isRunaway =
            summary.hasLeapt
            ? NamedColumns.runaway(machine.results, columns: kept.columns, centring: machine.centring, facts: facts)
            : kept.columns.map { _ in false }
        let own = Own(
            results: machine.results, isRunaway: isRunaway,
            places: design.terms.map { kept.names.firstIndex(of: $0) })
        // No message of the protocol follows.
        var outcome = try outcome(summary, own, active: nil, facts: facts, family: facts.family, round: 0)
        if let selection = machine.selection {
            add(selection, facts, of: facts.range(ofOther: index), to: &outcome)
        }
        return (outcome, machine)
    }

    /// At the start of the fit, once both holders have told the bounds.
    func machine(withHelper helper: TrainingContext, index: Int) async throws -> OtherMachine {
        let facts = try await bounds(helper)
        let (ofActive, ofHelper) = (exchange(context), exchange(helper))
        for holder in [ofActive, ofHelper] { try await holder.giveHandoverKey() }
        return try OtherMachine(
            facts: facts, index: index,
            table: try WhitenedTable(columns, hasConstant: false, names: names, facts: facts),
            centring: zip(design.means, design.sds).map { $1 > 0 ? $0 / $1 : 0 },
            heldOut: heldOutRows() ?? HeldOutRows(columns: []), levels: levels, active: ofActive, helper: ofHelper)
    }

    /// What follows from the bounds, which both holders tell.
    private func bounds(_ helper: TrainingContext) async throws -> TrainingFacts {
        let bounds = try await context.session.receive(TrainingBounds.self).announcement
        let again = try await helper.session.receive(TrainingBounds.self).announcement
        guard context.labelExponent == helper.labelExponent else {
            throw TrainingError.protocolViolation("the active party and the helper tell different scales of the label")
        }
        guard bounds == again else {
            throw TrainingError.protocolViolation("the active party and the helper tell different bounds")
        }
        guard context.plan.allows(bounds) else {
            throw TrainingError.protocolViolation("bounds that this family's rows cannot have")
        }
        return context.plan.facts(rows: context.rows, heldOut: context.testRows, unit: unit, bounds)
    }

    private func exchange(_ context: TrainingContext) -> PaillierShareExchange {
        PaillierShareExchange(keys: context.keys, session: context.session, round: 0, report: context.report)
    }
}
