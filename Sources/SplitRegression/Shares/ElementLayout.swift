/// Products of numbers of both parties a row, added up (training.md 3.8).
package struct ElementLayout: Sendable, Hashable {
    /// u
    package let slotBits: Int
    /// Rows whose products share a ciphertext.
    package let rowsPerCiphertext: Int
    /// Both parties' integers lie in `(-2^valueBits, 2^valueBits)`.
    package let valueBits: Int
    /// Numbers of each party a row.
    package let terms: Int

    package init(valueBits: Int, terms: Int = 1, modulusBits: Int) throws(TrainingError) {
        slotBits = max(ShareWord.modulusBits, 2 * valueBits + 1 + terms)
        self.terms = terms
        rowsPerCiphertext = (modulusBits - KernelLayout.headroomBits) / slotBits
        self.valueBits = valueBits
        guard rowsPerCiphertext >= 1, valueBits <= 126 else { throw .keyTooSmall(bits: modulusBits) }
    }

    package func groups(rows: Int) -> Int { (rows + rowsPerCiphertext - 1) / rowsPerCiphertext }
}
