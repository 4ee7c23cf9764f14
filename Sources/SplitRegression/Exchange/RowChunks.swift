/// How rows are cut into chunks, the same at both parties.
package struct RowChunks: Sendable, Hashable {
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
