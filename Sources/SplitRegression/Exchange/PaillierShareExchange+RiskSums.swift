internal import Bignum
internal import Paillier
internal import Wire

// Sums that the evaluator alone chooses (training.md 3.9).
extension PaillierShareExchange {
    func ownRiskSums(_ inputs: [[ShareWord]], layout: RiskSumLayout) async throws -> ShareMatrix {
        let round = nextRound()
        let shape = ExchangeShape.riskSums(layout)
        let chunks = shape.requestRows(width: width)
        let (each, slots) = (layout.ciphertextsPerInput, layout.slotsPerCiphertext)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            let values = plaintexts(range.count * each) { index, packing in
                let (input, ciphertext) = (range.lowerBound + index / each, index % each)
                let (set, part) = (ciphertext / layout.parts, ciphertext % layout.parts)
                for k in part * slots..<min(layout.valuesPerInput, (part + 1) * slots) {
                    packing.add(inputs[input][set * layout.values + k], at: (k - part * slots) * layout.slotBits)
                }
            }
            try await send(RiskSharesKind.self, values, round: round, chunk: chunk, of: chunks.count)
        }
        var numbers = LimbVectors()
        try await openAll(RiskSumsKind.self, shape, round: round) { opened, range in numbers.add(opened, range) }
        return layout.matrix { numbers.word($0, at: $1) }
    }

    func evaluateRiskSums(_ sums: RiskSums, layout: RiskSumLayout) async throws -> ShareMatrix {
        let round = nextRound()
        let shape = ExchangeShape.riskSums(layout)
        var inputs = EncryptedSums.zeros(count: 0, key: keys.peer)
        for ciphertexts in try await receiveAll(RiskSharesKind.self, shape, round: round) {
            inputs.append(contentsOf: EncryptedSums(ciphertexts))
        }
        let results = try sums.results(of: inputs, layout: layout) { try Task.checkCancellation() }
        var masks = LimbVectors()
        try await answerAll(RiskSumsKind.self, results, shape, round: round) { part, range in masks.add(part, range) }
        return layout.matrix { -masks.word($0, at: $1) }
    }
}

/// Plaintexts of a message's chunks, by their place in the message.
private struct LimbVectors {
    private var parts: [(range: Range<Int>, numbers: LimbVector)] = []

    mutating func add(_ numbers: LimbVector, _ range: Range<Int>) { parts.append((range, numbers)) }

    func word(_ index: Int, at bit: Int) -> ShareWord {
        // All chunks but the last have one length.
        let part = parts[index / max(parts[0].range.count, 1)]
        return part.numbers.word(index - part.range.lowerBound, at: bit, bits: ShareWord.modulusBits)
    }
}

extension RiskSumLayout {
    fileprivate func matrix(_ word: (Int, Int) -> ShareWord) -> ShareMatrix {
        var result = ShareMatrix(rows: outputs, columns: values)
        for output in 0..<outputs {
            for value in 0..<values {
                let (ciphertext, bit) = place(output: output, value: value)
                result[output, value] = word(ciphertext, bit)
            }
        }
        return result
    }
}
