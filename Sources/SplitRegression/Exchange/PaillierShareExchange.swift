internal import Bignum
internal import Crypto
internal import Paillier
internal import Wire

/// The exchanges under both parties' Paillier keys, over a session (training.md 3).
final class PaillierShareExchange: ShareExchange {
    let keys: TrainingKeys
    let session: Session
    /// Number of the present exchange: what belongs to it carries it.
    private(set) var round: UInt32
    /// For people who wait.
    var pass = 1
    private var common: SeededGenerator
    private let modulus: [UInt64]
    private let report: @Sendable (TrainingProgress) -> Void

    init(
        keys: TrainingKeys, session: Session, round: UInt32, report: @escaping @Sendable (TrainingProgress) -> Void
    ) {
        self.keys = keys
        self.session = session
        self.round = round
        self.report = report
        common = SeededGenerator(
            seed: Array(SHA256.hash(data: Array("moiety/truncation/v1".utf8) + session.id.bytes)))
        let n = keys.own.publicKey.n
        modulus = (0..<(keys.own.publicKey.modulusBits + 63) / 64).map { n.limb($0) }
    }

    private var width: Int { CiphertextVector.serializedWidth(of: keys.peer) }
    private var modulusBits: Int { keys.own.publicKey.modulusBits }

    private func nextRound() -> UInt32 {
        round += 1
        return round
    }

    func commonWords(count: Int) -> [ShareWord] {
        (0..<count).map { _ in
            ShareWord(low: common.next(), middle: common.next(), high: common.next())
        }
    }

    func checkpoint() async throws { try await session.checkpoint() }

    // MARK: Messages

    /// Owner: encrypts and sends a chunk.
    private func send<Kind: PayloadKind>(
        _: Kind.Type, _ plaintexts: LimbVector, round: UInt32, chunk: Int, of count: Int
    ) async throws {
        try Task.checkCancellation()
        var generator = session.randomness(Kind.name, round: round, chunk: UInt32(chunk))
        let encrypted = keys.own.encrypt(plaintexts, using: &generator)
        try await session.send(
            Payload<Kind>(encrypted.serialized), round: round, chunk: Chunk(chunk, of: count))
    }

    /// Evaluator: a chunk of ciphertexts under the peer's key.
    private func receive<Kind: PayloadKind>(
        _: Kind.Type, count ciphertexts: Int, round: UInt32, chunk: Int, of count: Int
    ) async throws -> CiphertextVector {
        try Task.checkCancellation()
        let bytes = try await session.receive(
            Payload<Kind>.self, round: round, chunk: Chunk(chunk, of: count)
        ).bytes
        return try CiphertextVector(serialized: bytes, count: ciphertexts, key: keys.peer)
    }

    /// Evaluator: masks, rerandomises and sends results; keeps the masks.
    private func answer<Kind: PayloadKind>(
        _: Kind.Type, _ sums: EncryptedSums, round: UInt32, chunk: Int, of count: Int
    ) async throws -> LimbVector {
        try Task.checkCancellation()
        var generator = session.randomness(Kind.name, round: round, chunk: UInt32(chunk))
        let (ciphertexts, masks) = keys.evaluator.mask(sums, using: &generator)
        try await session.send(
            Payload<Kind>(ciphertexts.serialized), round: round, chunk: Chunk(chunk, of: count))
        return masks
    }

    /// Owner: decrypts a chunk of results and keeps them.
    private func open<Kind: PayloadKind>(
        _: Kind.Type, count ciphertexts: Int, round: UInt32, chunk: Int, of count: Int
    ) async throws -> LimbVector {
        try Task.checkCancellation()
        let bytes = try await session.receive(
            Payload<Kind>.self, round: round, chunk: Chunk(chunk, of: count)
        ).bytes
        let results = try CiphertextVector(serialized: bytes, count: ciphertexts, key: keys.own.publicKey)
        return keys.own.decrypt(results)
    }

    /// All results of an exchange in their chunks, each turned into words as soon as it is there.
    private func openAll<Kind: PayloadKind>(
        _ kind: Kind.Type, _ shape: ExchangeShape, round: UInt32, _ body: (LimbVector, Range<Int>) -> Void
    ) async throws {
        let chunks = shape.replyResults(width: width)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            body(
                try await open(kind, count: range.count, round: round, chunk: chunk, of: chunks.count), range)
        }
    }

    private func answerAll<Kind: PayloadKind>(
        _ kind: Kind.Type, _ results: EncryptedSums, _ shape: ExchangeShape, round: UInt32,
        _ body: (LimbVector, Range<Int>) -> Void
    ) async throws {
        let chunks = shape.replyResults(width: width)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            body(
                try await answer(kind, results[range], round: round, chunk: chunk, of: chunks.count), range)
        }
    }

    private func plaintexts(_ count: Int, _ fill: (Int, inout SlotPacking) throws -> Void) rethrows -> LimbVector {
        var result = LimbVector(count: count, bits: modulusBits)
        var packing = SlotPacking(bits: modulusBits)
        for index in 0..<count {
            packing.reset()
            try fill(index, &packing)
            packing.write(to: &result, element: index, modulus: modulus)
        }
        return result
    }

    // MARK: Row products (3.1)

    /// Scalars are made positive by this.
    private static func offsetBits(_ entries: Int) -> Int { entries }

    func ownRowProducts(
        _ vector: [ShareWord], rows: Int, entries: Int, turnBits: Int
    ) async throws -> [ShareWord] {
        let round = nextRound()
        let shape = try ExchangeShape.rowProducts(
            entries: vector.count, rows: rows, turnBits: turnBits, scalarBits: entries + 1, modulusBits: modulusBits)
        let chunks = shape.requestRows(width: width)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            let values = plaintexts(range.count) { index, packing in
                packing.add(vector[range.lowerBound + index].masked(turnBits), at: 0)
            }
            try await send(PredictorSharesKind.self, values, round: round, chunk: chunk, of: chunks.count)
        }
        guard case .rowProducts(_, _, let each) = shape else { return [] }
        // The scalars' offset times the vector's sum is known here.
        let sum = vector.reduce(ShareWord.zero) { $0 &+ $1.masked(turnBits) }.shiftedLeft(Self.offsetBits(entries))
        var result = Array(repeating: ShareWord.zero, count: rows)
        try await openAll(PredictorSumsKind.self, shape, round: round) { opened, range in
            for (index, group) in range.enumerated() {
                for s in 0..<each where group * each + s < rows {
                    result[group * each + s] = opened.word(index, at: s * turnBits, bits: turnBits) &- sum
                }
            }
        }
        return result
    }

    func evaluateRowProducts(
        _ columns: [[Int64]], entries: Int, turnBits: Int
    ) async throws -> [ShareWord] {
        let round = nextRound()
        let rows = columns.first?.count ?? 0
        let shape = try ExchangeShape.rowProducts(
            entries: columns.count, rows: rows, turnBits: turnBits, scalarBits: entries + 1, modulusBits: modulusBits)
        let requests = shape.requestRows(width: width)
        var vector = CiphertextVector(empty: keys.peer)
        for chunk in 0..<requests.count {
            vector.append(
                contentsOf: try await receive(
                    PredictorSharesKind.self, count: requests.range(chunk).count, round: round, chunk: chunk,
                    of: requests.count))
        }
        guard case .rowProducts(_, _, let each) = shape else { return [] }
        let products = try EncryptedRowProducts(of: vector, scalarBits: entries + 1)
        let offset = UInt64(1) << UInt64(Self.offsetBits(entries))
        let chunks = shape.replyResults(width: width)
        var result = Array(repeating: ShareWord.zero, count: rows)
        for chunk in 0..<chunks.count {
            let groups = chunks.range(chunk)
            let part = groups.lowerBound * each..<min(rows, groups.upperBound * each)
            let sums = try products.products(
                columns.map { $0[part].map { UInt64(bitPattern: $0) &+ offset } })
            let packed = sums.packed(perCiphertext: each, slotBits: turnBits)
            let masks = try await answer(
                PredictorSumsKind.self, packed, round: round, chunk: chunk, of: chunks.count)
            for (index, group) in groups.enumerated() {
                for s in 0..<each where group * each + s < rows {
                    result[group * each + s] = -masks.word(index, at: s * turnBits, bits: turnBits)
                }
            }
        }
        return result
    }

    // MARK: Kernel (3.2)

    /// Chunks that the owner is ahead of the results.
    private static let lookahead = 2

    func ownKernel(
        _ layout: KernelLayout, rows: Int, vector: (Int) throws -> [Int64]
    ) async throws -> [Int128] {
        let round = nextRound()
        let shape = ExchangeShape.kernel(layout, rows: rows)
        let (requests, replies) = (shape.requestRows(width: width), shape.replyResults(width: width))
        let perRow = layout.ciphertextsPerRow
        var result = Array(repeating: Int128(0), count: rows)
        for step in 0..<requests.count + Self.lookahead {
            if step < requests.count {
                let range = requests.range(step)
                var values = LimbVector(count: range.count * perRow, bits: modulusBits)
                var packing = SlotPacking(bits: modulusBits)
                for (position, row) in range.enumerated() {
                    let entries = try vector(row)
                    let start = layout.start(row: row % layout.rowsPerGroup)
                    for k in 0..<perRow {
                        packing.reset()
                        for index in k * layout.entries..<min(entries.count, (k + 1) * layout.entries) {
                            packing.add(
                                ShareWord(entries[index]),
                                at: start + (index - k * layout.entries) * layout.slotBits)
                        }
                        packing.write(to: &values, element: position * perRow + k, modulus: modulus)
                    }
                }
                try await send(KernelVectorsKind.self, values, round: round, chunk: step, of: requests.count)
            }
            let chunk = step - Self.lookahead
            guard chunk >= 0 else { continue }
            let groups = replies.range(chunk)
            let opened = try await open(
                KernelResultsKind.self, count: groups.count, round: round, chunk: chunk, of: replies.count)
            for (index, group) in groups.enumerated() {
                for s in 0..<layout.rowsPerGroup where group * layout.rowsPerGroup + s < rows {
                    result[group * layout.rowsPerGroup + s] =
                        opened.word(index, at: layout.slot(row: s), bits: layout.slotBits).asInt128
                }
            }
            report(.rows(pass: pass, done: requests.range(chunk).upperBound, of: rows))
        }
        return result
    }

    func evaluateKernel(
        _ layout: KernelLayout, rows: Int, scalars: (Int) -> [UInt32]
    ) async throws -> [Int128] {
        let round = nextRound()
        let shape = ExchangeShape.kernel(layout, rows: rows)
        let (requests, replies) = (shape.requestRows(width: width), shape.replyResults(width: width))
        let perRow = layout.ciphertextsPerRow
        var result = Array(repeating: Int128(0), count: rows)
        for chunk in 0..<requests.count {
            let range = requests.range(chunk)
            let vectors = try await receive(
                KernelVectorsKind.self, count: range.count * perRow, round: round, chunk: chunk, of: requests.count)
            let sums = kernelSums(layout, vectors, scalars: range.map(scalars))
            let masks = try await answer(
                KernelResultsKind.self, sums, round: round, chunk: chunk, of: replies.count)
            for (index, group) in replies.range(chunk).enumerated() {
                for s in 0..<layout.rowsPerGroup where group * layout.rowsPerGroup + s < rows {
                    result[group * layout.rowsPerGroup + s] =
                        -masks.word(index, at: layout.slot(row: s), bits: layout.slotBits).asInt128
                }
            }
            report(.rows(pass: pass, done: range.upperBound, of: rows))
        }
        return result
    }

    /// The product of a row's vector with its scalars in reverse order, as polynomials: entry by entry, then shifted into place, so that
    /// one shift serves all rows of a group.
    private func kernelSums(
        _ layout: KernelLayout, _ vectors: CiphertextVector, scalars: [[UInt32]]
    ) -> EncryptedSums {
        let perRow = layout.ciphertextsPerRow
        let full = scalars.count / layout.rowsPerGroup * layout.rowsPerGroup
        var result = EncryptedSums.zeros(count: 0, key: keys.peer)
        for part in [0..<full, full..<scalars.count] where !part.isEmpty {
            let terms = (part.lowerBound == 0 && full > 0 ? layout.rowsPerGroup : part.count) * perRow
            let bases = vectors[part.lowerBound * perRow..<part.upperBound * perRow]
            var sums: EncryptedSums?
            for entry in 0..<layout.entries {
                var exponents = LimbVector(
                    count: part.count * perRow, bits: layout.kernel.fractionBits.scalar + 2)
                for (position, row) in part.enumerated() {
                    for k in 0..<perRow {
                        let index = k * layout.entries + entry
                        if index < scalars[row].count {
                            exponents.setLimb(position * perRow + k, 0, UInt64(scalars[row][index]))
                        }
                    }
                }
                let products = keys.evaluator.rowwiseProducts(bases, scalars: exponents, terms: terms)
                sums = sums.map { $0.shifted(bits: layout.slotBits).adding(products) } ?? products
            }
            if let sums { result.append(contentsOf: sums) }
        }
        return result
    }

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
        var received: [CiphertextVector] = []
        for chunk in 0..<chunks.count {
            received.append(
                try await receive(
                    RowSharesKind.self, count: chunks.range(chunk).count, round: round, chunk: chunk, of: chunks.count))
        }
        // One place of a row in its ciphertext after the other: buckets for all of them would take too much memory.
        var total = EncryptedSums.zeros(count: layout.columns, key: keys.peer)
        for t in 0..<each {
            try Task.checkCancellation()
            var sums = EncryptedColumnSums(
                key: keys.peer, columnBits: Array(repeating: layout.scalarBits, count: layout.columns),
                expectedRows: (rows + each - 1) / each)
            for (chunk, ciphertexts) in received.enumerated() {
                let range = chunks.range(chunk)
                let part = range.lowerBound * each..<min(rows, range.upperBound * each)
                let own = columns(part).map { column in
                    (0..<range.count).map { $0 * each + t < part.count ? column[$0 * each + t] : 0 }
                }
                try sums.add(ciphertexts, scalars: own)
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
            try await send(RowVectorsKind.self, packed, round: round, chunk: chunk, of: chunks.count)
        }
        var result = ShareMatrix(rows: layout.columns, columns: layout.values)
        try await openAll(CrossSumsKind.self, shape, round: round) { opened, range in
            Self.place(opened, range, layout, sign: false, in: &result)
        }
        return result
    }

    func evaluatePackedSums(
        _ layout: PackedSumLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
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
                RowVectorsKind.self, count: range.count * perRow, round: round, chunk: chunk, of: chunks.count)
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
        try await answerAll(CrossSumsKind.self, total, shape, round: round) { masks, range in
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

    // MARK: Matrix product (3.5)

    func ownProduct(_ left: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix {
        let round = nextRound()
        let shape = ExchangeShape.product(layout)
        let (inner, each) = (layout.inner, layout.rowsPerBlock)
        let chunks = shape.requestRows(width: width)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            let packed = plaintexts(range.count) { index, packing in
                let (block, k) = ((range.lowerBound + index) / inner, (range.lowerBound + index) % inner)
                for s in 0..<each where block * each + s < left.rows {
                    packing.add(left[block * each + s, k].masked(), at: s * layout.slotBits)
                }
            }
            try await send(MatrixSharesKind.self, packed, round: round, chunk: chunk, of: chunks.count)
        }
        var result = ShareMatrix(rows: layout.rows, columns: layout.columns)
        let results = layout.results
        try await openAll(MatrixProductsKind.self, shape, round: round) { opened, range in
            for (index, position) in range.enumerated() {
                Self.place(opened, index, results[position], layout, sign: false, in: &result)
            }
        }
        return result
    }

    func evaluateProduct(_ right: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix {
        let round = nextRound()
        let shape = ExchangeShape.product(layout)
        let inner = layout.inner
        let requests = shape.requestRows(width: width)
        var left = CiphertextVector(empty: keys.peer)
        for chunk in 0..<requests.count {
            left.append(
                contentsOf: try await receive(
                    MatrixSharesKind.self, count: requests.range(chunk).count, round: round, chunk: chunk,
                    of: requests.count))
        }
        let results = layout.results
        let chunks = shape.replyResults(width: width)
        var result = ShareMatrix(rows: layout.rows, columns: layout.columns)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            var exponents = LimbVector(count: range.count * inner, bits: ShareWord.modulusBits)
            var places: [Int] = []
            places.reserveCapacity(range.count * inner)
            for (index, position) in range.enumerated() {
                let (column, block) = results[position]
                for k in 0..<inner {
                    let word = right[k, column].masked()
                    exponents.setLimb(index * inner + k, 0, word.low)
                    exponents.setLimb(index * inner + k, 1, word.middle)
                    exponents.setLimb(index * inner + k, 2, word.high)
                    places.append(block * inner + k)
                }
            }
            let sums = keys.evaluator.rowwiseProducts(left.gathering(places), scalars: exponents, terms: inner)
            let masks = try await answer(
                MatrixProductsKind.self, sums, round: round, chunk: chunk, of: chunks.count)
            for (index, position) in range.enumerated() {
                Self.place(masks, index, results[position], layout, sign: true, in: &result)
            }
        }
        return result
    }

    private static func place(
        _ numbers: LimbVector, _ index: Int, _ place: (column: Int, block: Int), _ layout: ProductLayout,
        sign isNegative: Bool, in result: inout ShareMatrix
    ) {
        let each = layout.rowsPerBlock
        for s in 0..<each where place.block * each + s < layout.rows {
            let row = place.block * each + s
            let word = numbers.word(index, at: s * layout.slotBits, bits: ShareWord.modulusBits)
            result[row, place.column] = isNegative ? -word : word
        }
    }

    // MARK: Openings (3.6, 3.7)

    func exchangeWindow(_ own: UInt64, bits: Int) async throws -> UInt64 {
        let round = nextRound()
        try await session.send(WindowShare(bits: bits, value: own), round: round)
        let peer = try await session.receive(WindowShare.self, round: round)
        guard peer.bits == bits else { throw TrainingError.protocolViolation("a window of a wrong width") }
        return peer.value
    }

    func exchangeResults(_ own: [ShareWord], bits: [Int], expecting: [Int]) async throws -> [ShareWord] {
        let round = nextRound()
        try await session.send(ResultShares(own, bits: bits), round: round)
        let peer = try await session.receive(ResultShares.self, round: round)
        guard let words = peer.words(bits: expecting) else {
            throw TrainingError.protocolViolation("shares of results that are too many, too few or too wide")
        }
        return words
    }
}
