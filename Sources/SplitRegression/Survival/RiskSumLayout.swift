/// Sums that the evaluator alone chooses, of numbers that the owner encrypts one by one (training.md 3.9).
package struct RiskSumLayout: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// One number of each row; a sum for each event, over the rows at risk.
        case sums
        /// One number of each event; a sum for each row, over the events at which it is at risk.
        case hazards
        /// As `sums`, once for each of the evaluator's columns, times its entries.
        case columns
        /// As `sums`, of several numbers of each row, and of as many more times a number of the evaluator's.
        case vectors
        /// As `sums`, of several numbers of each row.
        case words
    }

    package let kind: Kind
    package let inputs: Int
    package let outputs: Int
    /// Sums of each output: the evaluator's columns, or the owner's numbers.
    package let values: Int
    /// Bits of what an input is multiplied with before it is added up; 0 for nothing.
    package let factorBits: Int
    /// u
    package let slotBits: Int
    /// Values of a row side by side.
    package let slotsPerCiphertext: Int
    /// Ciphertexts that hold a row's values.
    package let parts: Int
    /// Outputs that share a ciphertext.
    package let outputsPerCiphertext: Int

    /// - Parameter termBits: the product of an owner's number and all that it is multiplied with is below two to this.
    package init(
        _ kind: Kind, inputs: Int, outputs: Int, values: Int = 1, factorBits: Int = 0, termBits: Int, modulusBits: Int
    ) throws(TrainingError) {
        self.kind = kind
        self.inputs = inputs
        self.outputs = outputs
        self.values = values
        self.factorBits = factorBits
        slotBits = max(ShareWord.modulusBits, termBits + ceilLog2(max(inputs, 1)) + 2)
        let room = (modulusBits - KernelLayout.headroomBits) / slotBits
        guard room >= 1 else { throw .keyTooSmall(bits: modulusBits) }
        slotsPerCiphertext = kind.isSideBySide ? min(values, room) : 1
        parts = kind.isSideBySide ? (values + slotsPerCiphertext - 1) / slotsPerCiphertext : 1
        outputsPerCiphertext = parts > 1 ? 1 : room / slotsPerCiphertext
    }

    /// Of the owner's message.
    package var ciphertextsPerInput: Int { kind == .vectors ? 2 * parts : parts }

    /// Numbers of an input that stand side by side.
    var valuesPerInput: Int { kind.isSideBySide ? values : 1 }

    /// Ciphertexts of one value's outputs, or of one output's values.
    private var groups: Int { (outputs + outputsPerCiphertext - 1) / outputsPerCiphertext }

    /// Of the evaluator's message.
    package var resultCount: Int {
        switch kind {
        case .sums, .hazards: groups
        case .columns: values * groups
        case .vectors, .words: parts > 1 ? outputs * parts : groups
        }
    }

    /// Where a sum is read.
    func place(output: Int, value: Int) -> (ciphertext: Int, bit: Int) {
        let (group, slot) = (output / outputsPerCiphertext, output % outputsPerCiphertext)
        switch kind {
        case .sums, .hazards: return (group, slot * slotBits)
        case .columns: return (value * groups + group, slot * slotBits)
        case .vectors where parts == 1, .words where parts == 1:
            return (group, (slot * values + value) * slotBits)
        case .vectors, .words:
            return (output * parts + value / slotsPerCiphertext, value % slotsPerCiphertext * slotBits)
        }
    }
}

extension RiskSumLayout.Kind {
    /// Whether an input has several numbers, side by side.
    var isSideBySide: Bool { self == .vectors || self == .words }
}
