/// The evaluator's sums over risk sets: each event's, times a number of its own (training.md 5.12). All of it is the active party's secret.
package struct RiskSums: Sendable {
    package enum Factors: Sendable {
        case none
        /// A column of numbers a row each, not negative.
        case columns([[Int64]])
        /// Numbers that multiply the second half of the owner's, not negative.
        case vectors([Int128])
        /// Of hazards: sums up to the times of a curve, not for each row.
        case curve
    }

    let sets: RiskSets
    /// Of each event, below 2^62: what its sum is multiplied with, and what the part of its tied rows is.
    let scalars: [Int64]
    let tiedScalars: [Int64]
    /// Outputs of sums, inputs of hazards: events, and places beyond them that nobody can tell from events.
    let places: Int
    var factors = Factors.none

    /// - Parameters:
    ///   - rates: at the start, of which each event's sum becomes about `2^fractionBits`.
    package init(_ sets: RiskSets, rates: [Double], places: Int, fractionBits: Int) {
        self.sets = sets
        self.places = places
        let unit = Double(sign: .plus, exponent: fractionBits, significand: 1)
        let scalars = sets.sums(of: rates).map { Int64(min(Self.most, max(1, (unit / $0).rounded()))) }
        self.scalars = scalars
        tiedScalars = zip(scalars, sets.tieShares).map { Int64((Double($0) * (1 - $1)).rounded()) }
    }

    /// With scalars of the active party's own choice, one for each event.
    init(_ sets: RiskSets, scalars: [Int64], tiedScalars: [Int64], places: Int) {
        self.sets = sets
        self.scalars = scalars
        self.tiedScalars = tiedScalars
        self.places = places
    }

    /// Scalars are at most this.
    private static let most = 0x1p62 - 0x1p10

    /// Sums of words, in the order of the layout: a row for each output.
    package func sums(of inputs: [[ShareWord]], layout: RiskSumLayout) -> ShareMatrix {
        var result = ShareMatrix(rows: layout.outputs, columns: layout.values)
        for value in 0..<layout.values {
            let own: [ShareWord] =
                switch factors {
                case .none, .curve: inputs.map { $0[0] }
                case .columns(let columns): zip(inputs, columns[value]).map { $0[0] &* $1 }
                case .vectors(let numbers):
                    zip(inputs, numbers).map { $0[value] &+ $0[layout.values + value] &* ShareWord($1) }
                }
            let found = layout.kind == .hazards ? hazards(of: own) : sums(of: own)
            for (output, word) in found.enumerated() { result[output, value] = word }
        }
        return result
    }

    func sums(of words: [ShareWord]) -> [ShareWord] {
        func over(_ moves: [RiskSets.Move]) -> [ShareWord] {
            var found: [ShareWord] = []
            RiskSets.run(
                moves, zero: ShareWord.zero, add: { $0 = $0 &+ words[$1] }, remove: { $0 = $0 &- words[$1] },
                emit: { found.append($0) })
            return found
        }
        let (all, tied) = (over(sets.riskMoves), over(sets.tieMoves))
        return (0..<places).map {
            $0 < sets.events ? all[$0] &* scalars[$0] &+ tied[$0] &* tiedScalars[$0] : .zero
        }
    }

    func hazards(of words: [ShareWord]) -> [ShareWord] {
        let events = sets.events
        func term(_ index: Int) -> ShareWord {
            index < events ? words[index] &* scalars[index] : words[index - events] &* tiedScalars[index - events]
        }
        func over(_ moves: [RiskSets.Move], _ order: [Int]) -> [ShareWord] {
            var found = Array(repeating: ShareWord.zero, count: order.count)
            var next = 0
            RiskSets.run(
                moves, zero: ShareWord.zero, add: { $0 = $0 &+ term($1) }, remove: { $0 = $0 &- term($1) },
                emit: {
                    found[order[next]] = $0
                    next += 1
                })
            return found
        }
        if case .curve = factors { return over(sets.curveMoves, sets.curveTimes) }
        let all = over(sets.hazardMoves, sets.hazardRows)
        guard let moves = sets.entryMoves else { return all }
        return zip(all, over(moves, sets.entryRows)).map { $0 &- $1 }
    }
}
