extension ShareMachine {
    /// Another machine that begins without one of a passive party's columns, over the same exchanges (training.md 5.3).
    ///
    /// - Parameters:
    ///   - place: whose column it is.
    ///   - columns: this party's standardised columns, as this machine has them.
    /// - Returns: at that party, which of its columns is left out. Others do not learn it.
    package func leavingOut(
        of place: PassivePlace, _ columns: [[Double]], names: [String]
    ) throws(TrainingError) -> (machine: ShareMachine, index: Int?) {
        let facts = facts.without(columnOf: place)
        guard !isActive, place == .sharing else {
            let machine = try ShareMachine(
                role: role, facts: facts, table: table, active: active, centring: centring,
                heldOut: heldOut, exchange: exchange, others: others)
            machine.levels = levels
            return (machine, nil)
        }
        let index = NamedColumns.leftOut(results.aliases)
        func rest<Element>(_ values: [Element]) -> [Element] {
            values.indices.filter { $0 != index }.map { values[$0] }
        }
        let table = try WhitenedTable(rest(columns), hasConstant: false, names: rest(names), facts: facts)
        let machine = try ShareMachine(
            role: role, facts: facts, table: table, active: nil, centring: rest(centring),
            heldOut: HeldOutRows(columns: heldOut.columns.isEmpty ? [] : rest(heldOut.columns)), exchange: exchange,
            others: others)
        machine.levels = levels
        return (machine, index)
    }
}
