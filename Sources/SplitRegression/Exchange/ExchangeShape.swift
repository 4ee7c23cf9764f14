/// How many ciphertexts the two messages of an exchange have and how they are cut: for the party that sends them, the one that
/// reads them, and whoever checks them later (training.md 3).
package enum ExchangeShape: Sendable, Hashable {
    case rowProducts(entries: Int, rows: Int, rowsPerResult: Int)
    case kernel(KernelLayout, rows: Int)
    case columnSums(ColumnSumLayout, rows: Int)
    case packedSums(PackedSumLayout, rows: Int)
    case product(ProductLayout)
    case elementProducts(ElementLayout, rows: Int)
    case riskSums(RiskSumLayout)
    case scaledRows(ScaledRowLayout, rows: Int)

    /// Rows of the slots, blocks and so on for a modulus.
    package static func rowProducts(
        entries: Int, rows: Int, turnBits: Int, scalarBits: Int, modulusBits: Int
    ) throws(TrainingError) -> ExchangeShape {
        let top = turnBits + scalarBits + ceilLog2(entries) + 2
        let results = (modulusBits - KernelLayout.headroomBits - top) / turnBits + 1
        guard results >= 1, modulusBits > KernelLayout.headroomBits + top else { throw .keyTooSmall(bits: modulusBits) }
        return .rowProducts(entries: entries, rows: rows, rowsPerResult: results)
    }

    /// Rows of a chunk of the owner's message.
    package func requestRows(width: Int) -> RowChunks {
        switch self {
        case .kernel(let layout, let rows):
            RowChunks(
                rows: rows, multiple: layout.rowsPerGroup, bytesPerRow: layout.ciphertextsPerRow * width)
        case .columnSums(let layout, let rows):
            RowChunks(
                rows: (rows + layout.rowsPerCiphertext - 1) / layout.rowsPerCiphertext, multiple: 1,
                bytesPerRow: width, largestRows: 4096)
        case .packedSums(let layout, let rows):
            RowChunks(rows: rows, multiple: 1, bytesPerRow: layout.ciphertextsPerRow * width)
        case .rowProducts(let entries, _, _):
            RowChunks(rows: entries, multiple: 1, bytesPerRow: width, largestRows: 4096)
        case .product(let layout):
            RowChunks(
                rows: layout.blocks * layout.inner, multiple: 1, bytesPerRow: width, largestRows: 4096)
        case .elementProducts(let layout, let rows):
            RowChunks(rows: rows, multiple: layout.rowsPerCiphertext, bytesPerRow: width * layout.terms)
        case .riskSums(let layout):
            RowChunks(rows: layout.inputs, multiple: 1, bytesPerRow: width * layout.ciphertextsPerInput)
        case .scaledRows(let layout, let rows):
            // So many that the results of a chunk fit in one, too.
            RowChunks(
                rows: rows, multiple: layout.rowsPerResult,
                bytesPerRow: width * ((layout.columns + layout.rowsPerResult - 1) / layout.rowsPerResult))
        }
    }

    /// Ciphertexts in each chunk of the owner's message.
    package func request(width: Int) -> ChunkSizes {
        let each =
            switch self {
            case .kernel(let layout, _): layout.ciphertextsPerRow
            case .packedSums(let layout, _): layout.ciphertextsPerRow
            case .elementProducts(let layout, _): layout.terms
            case .riskSums(let layout): layout.ciphertextsPerInput
            default: 1
            }
        return ChunkSizes(chunks: requestRows(width: width), each: each)
    }

    /// Results that the evaluator sends, cut so.
    package func replyResults(width: Int) -> RowChunks {
        switch self {
        case .rowProducts(_, let rows, let each):
            RowChunks(rows: (rows + each - 1) / each, multiple: 1, bytesPerRow: width, largestRows: 64)
        case .kernel(let layout, let rows):
            // One chunk of results for each of vectors.
            RowChunks(
                rows: layout.groups(rows: rows), multiple: 1, bytesPerRow: 0,
                largestRows: requestRows(width: width).rowsPerChunk / layout.rowsPerGroup)
        case .columnSums(let layout, _):
            RowChunks(rows: layout.columns, multiple: 1, bytesPerRow: width, largestRows: 4096)
        case .packedSums(let layout, _):
            RowChunks(
                rows: layout.columns * layout.ciphertextsPerRow, multiple: 1, bytesPerRow: width, largestRows: 4096)
        case .product(let layout):
            RowChunks(rows: layout.resultCount, multiple: 1, bytesPerRow: width, largestRows: 512)
        case .elementProducts(let layout, let rows):
            // One chunk of products for each of shares.
            RowChunks(
                rows: layout.groups(rows: rows), multiple: 1, bytesPerRow: 0,
                largestRows: requestRows(width: width).rowsPerChunk / layout.rowsPerCiphertext)
        case .riskSums(let layout):
            RowChunks(rows: layout.resultCount, multiple: 1, bytesPerRow: width, largestRows: 512)
        case .scaledRows(let layout, let rows):
            // Groups, one chunk for each of shares.
            RowChunks(
                rows: layout.groups(rows: rows), multiple: 1, bytesPerRow: 0,
                largestRows: requestRows(width: width).rowsPerChunk / layout.rowsPerResult)
        }
    }

    package func reply(width: Int) -> ChunkSizes {
        let each = if case .scaledRows(let layout, _) = self { layout.columns } else { 1 }
        return ChunkSizes(chunks: replyResults(width: width), each: each)
    }
}

/// How many ciphertexts each chunk of a message has. Not a list: how many there are follows from rows that a log may invent.
package struct ChunkSizes: Sendable, Hashable {
    let chunks: RowChunks
    /// Ciphertexts a row.
    let each: Int

    package var count: Int { chunks.count }
    package subscript(chunk: Int) -> Int { chunks.range(chunk).count * each }
}
