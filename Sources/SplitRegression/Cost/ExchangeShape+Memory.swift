internal import Bignum

// What an exchange holds at once at the party that holds most.
extension ExchangeShape {
    /// Bytes, about: residues, scalars and buckets; not what a party has of its rows anyhow.
    func memory(keyBits: Int, scalarBits: Int) -> Double {
        let residue = Self.residueBytes(keyBits: keyBits)
        let width = keyBits / 4
        switch self {
        case .rowProducts(let entries, let rows, let each):
            // Products, their sums and the results so far, of all rows' groups.
            return Double(entries * ((scalarBits + 4) / 5) * 32) * residue
                + 3 * Double((rows + each - 1) / max(each, 1)) * residue + Double(rows * 24)
        case .kernel(let layout, let rows):
            let chunk = requestRows(width: width).range(0).count * layout.ciphertextsPerRow
            return Double(chunk) * (3 * residue + Double(width)) + Double(rows * 16)
        case .columnSums(let layout, let rows):
            let chunk = requestRows(width: width).range(0).count
            let piece = layout.pieces(of: chunk).range(0).count
            return Double((rows + layout.rowsPerCiphertext - 1) / layout.rowsPerCiphertext) * residue
                + Double(piece * layout.columns * (8 * layout.rowsPerCiphertext + 12))
                + buckets(layout.columns, layout.scalarBits, rows / layout.rowsPerCiphertext, keyBits)
        case .packedSums(let layout, let rows):
            let chunk = requestRows(width: width).range(0).count
            return Double(chunk * layout.ciphertextsPerRow) * 3 * residue + Double(chunk * layout.columns * 20)
                + Double(layout.ciphertextsPerRow) * buckets(layout.columns, layout.scalarBits, rows, keyBits)
        case .product(let layout):
            return Double(layout.blocks * layout.inner + layout.inner * 64) * residue
        case .elementProducts(let layout, let rows): return Double(rows * layout.terms * 40)
        case .riskSums(let layout):
            // Inputs, their multiples, and sums before they are packed.
            return Double(layout.inputs * (layout.ciphertextsPerInput + 2) + 3 * layout.outputs * layout.parts)
                * residue
                + Double(layout.outputs * layout.values * 24)
        case .scaledRows(let layout, let rows): return Double(rows * layout.columns * 48)
        }
    }

    private func buckets(_ columns: Int, _ bits: Int, _ rows: Int, _ keyBits: Int) -> Double {
        let plan = ColumnProductAccumulator.streams(
            ofColumn: bits, expectedRows: max(rows, 1), columns: columns, modulusBytes: keyBits / 4)
        return Double(columns * plan.digits * plan.buckets) * Self.residueBytes(keyBits: keyBits)
    }

    /// In limbs of 52 bits.
    static func residueBytes(keyBits: Int) -> Double { Double(keyBits / 4) * 64 / 52 }
}
