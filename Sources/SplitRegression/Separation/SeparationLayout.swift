/// Widths and counts of one separated evaluation, all derived from public values (training.md 2).
package struct SeparationLayout: Sendable, Equatable {
    package static let coefficientFractionBits = 24
    package static let polynomialFractionBits = 20
    /// Shares have scale `2^44`.
    package static let shareFractionBits = coefficientFractionBits + polynomialFractionBits

    package let kind: SeparatedKind
    /// `R`
    package let radius: Double
    /// `r`, even
    package let terms: Int
    /// `w`
    package let slotBits: Int
    /// `J`, rows that share one result ciphertext
    package let rowsPerGroup: Int

    package init(kind: SeparatedKind, radius: Double, terms: Int, modulusBits: Int) throws(TrainingError) {
        self.kind = kind
        self.radius = radius
        self.terms = terms
        let valueBits = 46 + kind.magnitudeBits + Self.ceilLog2(terms)
        slotBits = valueBits + 65
        // (2 J + 1) w + 64 < |N|
        rowsPerGroup = ((modulusBits - 65) / slotBits - 1) / 2
        guard rowsPerGroup >= 1 else { throw .keyTooSmall(bits: modulusBits) }
    }

    package init(kind: SeparatedKind, radius: Double, bound: Double, modulusBits: Int) throws(TrainingError) {
        let terms = try ChebyshevExpansion.requiredTerms(kind: kind, radius: radius, bound: bound)
        try self.init(kind: kind, radius: radius, terms: terms, modulusBits: modulusBits)
    }

    /// Ciphertexts that carry one row's coefficients.
    package var ciphertextsPerRow: Int { terms / 2 }

    package static func ceilLog2(_ value: Int) -> Int {
        value <= 1 ? 0 : Int.bitWidth - (value - 1).leadingZeroBitCount
    }
}

/// How rows are cut into chunks, the same at both parties.
package struct RowChunks: Sendable, Equatable {
    package let rows: Int
    package let rowsPerChunk: Int

    /// - Parameters:
    ///   - multiple: every chunk but the last is a multiple of this many rows.
    ///   - bytesPerRow: size on the wire of one row's ciphertexts.
    package init(rows: Int, multiple: Int, bytesPerRow: Int, largestRows: Int = 512) {
        self.rows = rows
        let fitting = min(largestRows, Self.largestPayload / max(bytesPerRow, 1))
        rowsPerChunk = max(multiple, fitting / multiple * multiple)
    }

    package static let largestPayload = 3_670_016

    package var count: Int { (rows + rowsPerChunk - 1) / rowsPerChunk }

    package func range(_ chunk: Int) -> Range<Int> {
        chunk * rowsPerChunk..<min(rows, (chunk + 1) * rowsPerChunk)
    }
}
