/// A product of two matrices, one at each party (training.md 3.5): the owner's columns travel in blocks of rows.
package struct ProductLayout: Sendable, Hashable {
    /// Which entries of the product are wanted.
    package enum Part: Sendable, Hashable {
        case all
        /// The product is symmetric: those on and below the diagonal.
        case lower
        case diagonal
    }

    package let rows: Int
    package let inner: Int
    package let columns: Int
    package let part: Part
    /// u: two words and a sum of so many.
    package let slotBits: Int
    /// Rows in one ciphertext.
    package let rowsPerBlock: Int

    package init(rows: Int, inner: Int, columns: Int, part: Part, modulusBits: Int) throws(TrainingError) {
        self.rows = rows
        self.inner = inner
        self.columns = columns
        self.part = part
        slotBits = 2 * ShareWord.modulusBits + ceilLog2(inner) + 1
        let fitting = (modulusBits - KernelLayout.headroomBits) / slotBits
        guard fitting >= 1 else { throw .keyTooSmall(bits: modulusBits) }
        let blocks = (rows + fitting - 1) / fitting
        rowsPerBlock = (rows + blocks - 1) / blocks
    }

    package var blocks: Int { (rows + rowsPerBlock - 1) / rowsPerBlock }

    package var resultCount: Int {
        switch part {
        case .all: columns * blocks
        case .lower: (0..<blocks).reduce(0) { $0 + columns(of: $1).count }
        case .diagonal: columns
        }
    }

    /// The columns that a block has results for.
    package func columns(of block: Int) -> Range<Int> {
        switch part {
        case .all: 0..<columns
        case .lower: 0..<min(columns, (block + 1) * rowsPerBlock)
        case .diagonal: min(columns, block * rowsPerBlock)..<min(columns, (block + 1) * rowsPerBlock)
        }
    }

    /// Results in the order in which they are sent: column and block of each.
    package var results: [(column: Int, block: Int)] {
        (0..<blocks).flatMap { block in columns(of: block).map { ($0, block) } }
    }
}
