internal import Bignum
internal import Paillier
internal import Wire

// Sums over rows (training.md 3.3, 3.4).
extension PaillierShareExchange {
    // MARK: Column sums (3.3)

    func ownColumnSums(_ rows: [Int128], layout: ColumnSumLayout) async throws -> [ShareWord] {
        let round = nextRound()
        let shape = ExchangeShape.columnSums(layout, rows: rows.count)
        let chunks = shape.requestRows(width: width)
        let each = layout.rowsPerCiphertext
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            let values = plaintexts(range.count) { index, packing in
                let first = (range.lowerBound + index) * each
                for t in 0..<min(each, rows.count - first) {
                    packing.add(ShareWord(rows[first + t]), at: t * layout.slotBits)
                }
            }
            try await send(RowSharesKind.self, values, round: round, chunk: chunk, of: chunks.count)
        }
        var result = Array(repeating: ShareWord.zero, count: layout.columns)
        let place = (each - 1) * layout.slotBits
        try await openAll(ColumnSumsKind.self, shape, round: round) { opened, range in
            for (index, column) in range.enumerated() {
                result[column] = opened.word(index, at: place, bits: ShareWord.modulusBits)
            }
        }
        return result
    }

    func evaluateColumnSums(
        _ layout: ColumnSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
    ) async throws -> [ShareWord] {
        let round = nextRound()
        let shape = ExchangeShape.columnSums(layout, rows: rows)
        let chunks = shape.requestRows(width: width)
        let each = layout.rowsPerCiphertext
        let received = try await receiveAll(RowSharesKind.self, shape, round: round)
        // One place of a row in its ciphertext after the other: buckets for all of them would take too much memory.
        var total = EncryptedSums.zeros(count: layout.columns, key: keys.peer)
        for t in 0..<each {
            try Task.checkCancellation()
            var sums = EncryptedColumnSums(
                key: keys.peer, columnBits: Array(repeating: layout.scalarBits, count: layout.columns),
                expectedRows: (rows + each - 1) / each)
            for (chunk, ciphertexts) in received.enumerated() {
                let first = chunks.range(chunk).lowerBound
                try sums.add(ciphertexts, pieces: layout.pieces(of: ciphertexts.count)) { piece in
                    layout.scalars(
                        of: columns, place: t, in: first + piece.lowerBound..<first + piece.upperBound, rows: rows)
                }
            }
            total = t == 0 ? sums.finish() : total.shifted(bits: layout.slotBits).adding(sums.finish())
        }
        var result = Array(repeating: ShareWord.zero, count: layout.columns)
        let place = (each - 1) * layout.slotBits
        try await answerAll(ColumnSumsKind.self, total, shape, round: round) { masks, range in
            for (index, column) in range.enumerated() {
                result[column] = -masks.word(index, at: place, bits: ShareWord.modulusBits)
            }
        }
        return result
    }

    // MARK: Packed sums (3.4)

    func ownPackedSums(
        _ layout: PackedSumLayout, rows: Int, values: (Range<Int>) -> [[ShareWord]]
    ) async throws -> ShareMatrix {
        try await ownPackedSums(layout, rows: rows, as: RowVectorsKind.self, CrossSumsKind.self, values: values)
    }

    func evaluatePackedSums(
        _ layout: PackedSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
    ) async throws -> ShareMatrix {
        try await evaluatePackedSums(layout, rows: rows, as: RowVectorsKind.self, CrossSumsKind.self, columns: columns)
    }

    /// The same as messages of another protocol.
    func ownPackedSums<Request: PayloadKind, Reply: PayloadKind>(
        _ layout: PackedSumLayout, rows: Int, as _: Request.Type, _: Reply.Type,
        values: (Range<Int>) -> [[ShareWord]]
    ) async throws -> ShareMatrix {
        let round = nextRound()
        let shape = ExchangeShape.packedSums(layout, rows: rows)
        let chunks = shape.requestRows(width: width)
        let (perRow, slots) = (layout.ciphertextsPerRow, layout.slotsPerCiphertext)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            let words = values(range)
            let packed = plaintexts(range.count * perRow) { index, packing in
                let (row, part) = (index / perRow, index % perRow)
                for k in part * slots..<min(layout.values, (part + 1) * slots) {
                    packing.add(words[row][k], at: (k - part * slots) * layout.slotBits)
                }
            }
            try await send(Request.self, packed, round: round, chunk: chunk, of: chunks.count)
        }
        var result = ShareMatrix(rows: layout.columns, columns: layout.values)
        try await openAll(Reply.self, shape, round: round) { opened, range in
            Self.place(opened, range, layout, sign: false, in: &result)
        }
        return result
    }

    func evaluatePackedSums<Request: PayloadKind, Reply: PayloadKind>(
        _ layout: PackedSumLayout, rows: Int, as _: Request.Type, _: Reply.Type,
        columns: (Range<Int>) -> [[Int64]]
    ) async throws -> ShareMatrix {
        let round = nextRound()
        let shape = ExchangeShape.packedSums(layout, rows: rows)
        let chunks = shape.requestRows(width: width)
        let perRow = layout.ciphertextsPerRow
        var sums = (0..<perRow).map { _ in
            EncryptedColumnSums(
                key: keys.peer, columnBits: Array(repeating: layout.scalarBits, count: layout.columns),
                expectedRows: rows)
        }
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            let ciphertexts = try await receive(
                Request.self, count: range.count * perRow, round: round, chunk: chunk, of: chunks.count)
            let scalars = columns(range)
            for part in 0..<perRow {
                let own =
                    perRow == 1
                    ? ciphertexts : ciphertexts.gathering(stride(from: part, to: ciphertexts.count, by: perRow))
                try sums[part].add(own, scalars: scalars)
            }
        }
        // Column by column, the parts of each side by side.
        let finished = sums.map { $0.finish() }
        var total = EncryptedSums.zeros(count: 0, key: keys.peer)
        for column in 0..<layout.columns {
            for part in finished { total.append(contentsOf: part[column..<column + 1]) }
        }
        var result = ShareMatrix(rows: layout.columns, columns: layout.values)
        try await answerAll(Reply.self, total, shape, round: round) { masks, range in
            Self.place(masks, range, layout, sign: true, in: &result)
        }
        return result
    }

    private static func place(
        _ numbers: LimbVector, _ range: Range<Int>, _ layout: PackedSumLayout, sign isNegative: Bool,
        in result: inout ShareMatrix
    ) {
        let (perRow, slots) = (layout.ciphertextsPerRow, layout.slotsPerCiphertext)
        for (index, position) in range.enumerated() {
            let (column, part) = (position / perRow, position % perRow)
            for k in part * slots..<min(layout.values, (part + 1) * slots) {
                let word = numbers.word(
                    index, at: (k - part * slots) * layout.slotBits, bits: ShareWord.modulusBits)
                result[column, k] = isNegative ? -word : word
            }
        }
    }
}

extension ColumnSumLayout {
    /// Scalars that are there at once, of all columns: products of columns grow with the square of their number.
    static let mostScalars = 1 << 22

    /// Of fewer ciphertexts nobody could say what values a column has.
    static let leastPiece = 16

    /// Of a chunk of so many ciphertexts, the pieces whose scalars are there at once.
    func pieces(of ciphertexts: Int) -> RowChunks {
        let scalars = max(1, columns * rowsPerCiphertext)
        return RowChunks(
            rows: ciphertexts, multiple: 1, bytesPerRow: 0,
            largestRows: max(Self.leastPiece, Self.mostScalars / scalars))
    }

    /// By what one place of each of these ciphertexts is multiplied, column by column; past the last row by 0.
    ///
    /// - Parameters:
    ///   - columns: numbers of a range of rows, column by column.
    ///   - place: of a row in its ciphertext.
    ///   - range: of ciphertexts, of all.
    func scalars(
        of columns: (Range<Int>) -> [[Int64]], place: Int, in range: Range<Int>, rows: Int
    ) -> [[Int64]] {
        let each = rowsPerCiphertext
        let part = range.lowerBound * each..<min(rows, range.upperBound * each)
        return columns(part).map { column in
            (0..<range.count).map { $0 * each + place < part.count ? column[$0 * each + place] : 0 }
        }
    }
}

extension EncryptedColumnSums {
    /// Adds a chunk piece by piece.
    ///
    /// - Parameter scalars: of a piece's ciphertexts, column by column.
    /// - Throws: what `add` throws for a piece.
    mutating func add(
        _ rows: CiphertextVector, pieces: RowChunks, scalars: (Range<Int>) throws -> [[Int64]]
    ) throws {
        for piece in 0..<pieces.count {
            let range = pieces.range(piece)
            try add(rows[range], scalars: scalars(range))
        }
    }
}
