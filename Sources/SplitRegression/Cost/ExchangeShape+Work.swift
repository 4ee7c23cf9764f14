package import Paillier

// What an exchange takes, counted from its shape (training.md 3).
extension ExchangeShape {
    /// Of the owner and the evaluator together.
    ///
    /// - Parameters:
    ///   - scalarBits: of a row product's scalars, which the shape does not name.
    ///   - schedule: of the evaluator, before the exchange and then after it.
    package func work(keyBits: Int, scalarBits: Int, _ schedule: inout NonceSchedule) -> Workload {
        let width = keyBits / 4
        let (request, reply) = (request(width: width), reply(width: width))
        var work = evaluation(keyBits: keyBits, scalarBits: scalarBits)
        let (sent, answered) = (request.elements, reply.elements)
        work.encryptions += Double(sent)
        work.addMasks(answered, atOnce: reply.largest, &schedule)
        work.decryptions += Double(answered)
        work.transfers += Double(sent + answered)
        work.send(messages: request.count + reply.count, payload: Double((sent + answered) * width))
        work.roundTrips += 1
        return work
    }

    private func evaluation(keyBits: Int, scalarBits: Int) -> Workload {
        var work = Workload()
        switch self {
        case .rowProducts(let entries, let rows, let each):
            work.addRowProducts(
                rows: rows, entries: entries, bits: scalarBits, perResult: each, slotBits: keyBits / max(each, 1))
        case .kernel(let layout, let rows):
            work.addRowwise(
                results: layout.groups(rows: rows), terms: layout.rowsPerGroup * layout.ciphertextsPerRow,
                bits: layout.scalarBits, sets: layout.entries, shift: layout.slotBits, keyBits: keyBits)
        case .columnSums(let layout, let rows):
            // One place of a row in its ciphertext after the other.
            let each = layout.rowsPerCiphertext
            var place = Workload()
            place.addColumnSums(
                rows: (rows + each - 1) / each, columns: layout.columns, bits: layout.scalarBits, keyBits: keyBits)
            work += place * Double(each)
            work.powers += Double(layout.columns) * Double((each - 1) * layout.slotBits)
        case .packedSums(let layout, let rows):
            var part = Workload()
            part.addColumnSums(rows: rows, columns: layout.columns, bits: layout.scalarBits, keyBits: keyBits)
            work += part * Double(layout.ciphertextsPerRow)
        case .product(let layout):
            for block in 0..<layout.blocks {
                work.addProducts(
                    terms: layout.inner, columns: layout.columns(of: block).count, bits: ShareWord.modulusBits,
                    keyBits: keyBits)
            }
        case .elementProducts(let layout, let rows):
            work.addRowwise(
                results: layout.groups(rows: rows), terms: min(layout.rowsPerCiphertext, rows) * layout.terms,
                bits: layout.valueBits + 1, keyBits: keyBits)
        case .riskSums(let layout): work += layout.work(keyBits: keyBits)
        case .scaledRows(let layout, let rows):
            work.addRowwise(
                results: layout.groups(rows: rows) * layout.columns, terms: min(layout.rowsPerResult, rows),
                bits: layout.entryBits + 1, keyBits: keyBits)
        }
        return work
    }
}

extension ChunkSizes {
    /// In all chunks.
    var elements: Int { chunks.rows * each }
    /// In the largest chunk.
    var largest: Int { min(chunks.rows, chunks.rowsPerChunk) * each }
}

extension RiskSumLayout {
    /// Of the evaluator: as `RiskSums.results` goes about it, without delayed entry, which adds inverses and as many products again.
    fileprivate func work(keyBits: Int) -> Workload {
        var work = Workload()
        let bits = TrainingFacts.riskScalarBits
        switch kind {
        case .hazards:
            work.addMultiples(2 * inputs, bits: bits, keyBits: keyBits)
            work.singles += Double(2 * inputs)
            work.addPacking(results: outputs, perCiphertext: outputsPerCiphertext, slotBits: slotBits)
        case .sums: work += sums(keyBits: keyBits)
        case .columns:
            for _ in 0..<values {
                work.addMultiples(inputs, bits: factorBits, keyBits: keyBits)
                work += sums(keyBits: keyBits)
            }
        case .vectors, .words:
            for _ in 0..<parts {
                if kind == .vectors { work.addMultiples(inputs, bits: factorBits, keyBits: keyBits) }
                work += sums(keyBits: keyBits)
            }
        }
        return work
    }

    /// One number of each output: running products, and each event's two multiples.
    private func sums(keyBits: Int) -> Workload {
        var work = Workload()
        work.singles += Double(inputs + outputs)
        work.addRowwise(results: outputs, terms: 2, bits: TrainingFacts.riskScalarBits, keyBits: keyBits)
        if outputsPerCiphertext > 1 {
            let slots = kind.isSideBySide ? values * slotBits : slotBits
            work.addPacking(results: outputs, perCiphertext: outputsPerCiphertext, slotBits: slots)
        }
        return work
    }
}
