extension ShareMachine {
    /// Another machine that begins without one of the passive party's columns, over the same exchange (training.md 5.3).
    ///
    /// - Parameter columns: this party's standardised columns, as this machine has them.
    /// - Returns: at the passive party, which of its columns is left out. The active one does not learn it.
    package func leavingOut(
        _ columns: [[Double]], names: [String]
    ) throws(TrainingError) -> (machine: ShareMachine, index: Int?) {
        let facts = facts.withoutPassiveColumn
        guard !isActive else {
            let machine = try ShareMachine(
                role: role, facts: facts, table: table, active: active, centring: centring,
                heldOut: heldOut, exchange: exchange)
            machine.levels = levels
            return (machine, nil)
        }
        let index = NamedColumns.leftOut(results.aliases)
        func others<Element>(_ values: [Element]) -> [Element] {
            values.indices.filter { $0 != index }.map { values[$0] }
        }
        let table = try WhitenedTable(others(columns), hasConstant: false, names: others(names), facts: facts)
        let machine = try ShareMachine(
            role: role, facts: facts, table: table, active: nil, centring: others(centring),
            heldOut: HeldOutRows(columns: heldOut.columns.isEmpty ? [] : others(heldOut.columns)), exchange: exchange)
        machine.levels = levels
        return (machine, index)
    }
}
