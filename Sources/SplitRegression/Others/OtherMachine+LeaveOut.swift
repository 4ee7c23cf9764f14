extension OtherMachine {
    /// Another machine that begins without one of a passive party's columns, over the same exchanges (training.md 5.3).
    ///
    /// - Parameters:
    ///   - place: whose column it is.
    ///   - columns: this party's standardised columns, as this machine has them.
    /// - Returns: where it is this party's, which of its columns is left out.
    func leavingOut(
        of place: PassivePlace, _ columns: [[Double]], names: [String]
    ) throws(TrainingError) -> (machine: OtherMachine, index: Int?) {
        let left = place == .further(index) ? NamedColumns.leftOut(results.aliases) : nil
        func rest<Element>(_ values: [Element]) -> [Element] {
            values.indices.filter { $0 != left }.map { values[$0] }
        }
        let facts = facts.without(columnOf: place)
        let machine = try OtherMachine(
            facts: facts, index: index,
            table: left == nil
                ? table : try WhitenedTable(rest(columns), hasConstant: false, names: rest(names), facts: facts),
            centring: rest(centring),
            heldOut: HeldOutRows(columns: heldOut.columns.isEmpty ? [] : rest(heldOut.columns)), levels: levels,
            active: active, helper: helper)
        return (machine, left)
    }
}
