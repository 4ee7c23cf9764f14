/// Widths and counts of one evaluation of a kernel, all from public values (training.md 4).
package struct KernelLayout: Sendable, Hashable {
    package let kernel: Kernel
    /// w
    package let slotBits: Int
    /// g: entries of a row's vector in one ciphertext.
    package let entries: Int
    /// J: rows that share one result.
    package let rowsPerGroup: Int

    /// - Parameter values: how many slots are read in a job at most; each fails with probability below `2^-40 / values`, or
    ///   `2^-32 / values` where slots have no room for more.
    /// - Throws: `predictorOutOfRange` where they have not even that, `keyTooSmall`.
    package init(_ kernel: Kernel, modulusBits: Int, values: Int) throws(TrainingError) {
        let (vector, scalar) = kernel.fractionBits
        let value = vector + scalar + kernel.magnitudeBits + 2
        let least = value + ceilLog2(values)
        let slotBits = min(least + Self.failureBits, Self.mostSlotBits)
        guard slotBits >= least + Self.leastFailureBits else {
            throw .predictorOutOfRange(radius: kernel.period / 4)
        }
        var best: (cost: Int, entries: Int, rows: Int)?
        for entries in 1...8 {
            let rows = ((modulusBits - Self.headroomBits - value) / slotBits + 1 - (entries - 1)) / entries
            guard rows >= 1 else { continue }
            // In products of a row, as measured on every path of the arithmetic: encryption, transfer and checks of a ciphertext;
            // powers and squarings at the evaluator, where a table of eight powers serves all scalars of a ciphertext, three bits
            // at a time; masks and decryption of a result.
            let ciphertexts = (kernel.length + entries - 1) / entries
            let digits = (scalar + 4) / 3
            let cost =
                50 * ciphertexts + ciphertexts * (6 + entries * digits)
                + ((entries - 1) * slotBits + 1100) / rows
            if best.map({ cost < $0.cost }) ?? true { best = (cost, entries, rows) }
        }
        guard let best else { throw .keyTooSmall(bits: modulusBits) }
        self.kernel = kernel
        self.slotBits = slotBits
        entries = best.entries
        rowsPerGroup = best.rows
    }

    /// Probability `2^-40` a job that a carry falsifies a share.
    static let failureBits = 40
    /// The same of jobs over so many rows that slots have no room for these.
    static let leastFailureBits = 32
    /// Shares of rows are kept in 128 bits.
    static let mostSlotBits = 125
    /// A result wraps modulo N with probability `2^-64`.
    static let headroomBits = 64

    /// Scalars are at most `2^(S + 1)`.
    package var scalarBits: Int { kernel.fractionBits.scalar + 2 }

    package var ciphertextsPerRow: Int { (kernel.length + entries - 1) / entries }
    package func groups(rows: Int) -> Int { (rows + rowsPerGroup - 1) / rowsPerGroup }
    /// Slot in which the value of row `s` of a group stands.
    package func slot(row s: Int) -> Int { (s * entries + entries - 1) * slotBits }
    /// Slot at which the vector of row `s` of a group begins.
    package func start(row s: Int) -> Int { s * entries * slotBits }
}

/// The least c with `2^c >= value`.
package func ceilLog2(_ value: Int) -> Int {
    value <= 1 ? 0 : Int.bitWidth - (value - 1).leadingZeroBitCount
}
