/// The evaluator's sums over risk sets: each event's, times a number of its own (training.md 5.12). All of it is the active party's secret.
package struct RiskSums: Sendable {
    package enum Factors: Sendable {
        case none
        /// A column of numbers a row each, not negative.
        case columns([[Int64]])
        /// Numbers that multiply the second half of the owner's, not negative.
        case vectors([Int128])
        /// Several of the owner's numbers a row, as they are.
        case words
        /// Of hazards: sums up to the times of a curve, not for each row.
        case curve
        /// Of hazards: of numbers with the root of an event's weight in them already.
        case means
        /// For each row with an event: over the events of its stratum at its time.
        case own
    }

    /// Of each event, below 2^62: what its sum is multiplied with, and what the part of its tied rows is.
    struct Scalars: Sendable {
        let all: [Int64]
        let tied: [Int64]

        init(all: [Int64], tied: [Int64]) { (self.all, self.tied) = (all, tied) }

        init(_ all: [Int64], tieShares: [Double]) {
            self.all = all
            tied = zip(all, tieShares).map { Int64((Double($0) * (1 - $1)).rounded()) }
        }
    }

    let sets: RiskSets
    private let ofSums: Scalars
    /// With an event's weight, and with its root: those of sums where all weights are 1.
    private let ofHazards: Scalars
    private let ofMeans: Scalars
    /// Of each event's row, in the order of events.
    let ownScalars: [Int64]
    /// Outputs of sums, inputs of hazards: events, and places beyond them that nobody can tell from events.
    let places: Int
    var factors = Factors.none

    /// - Parameters:
    ///   - rates: at the start, of which each event's sum becomes about `2^fractionBits`.
    ///   - weight: case weights; nil where all are 1. Those of `sets` too.
    package init(_ sets: RiskSets, rates: [Double], weight: [Double]? = nil, places: Int, fractionBits: Int) {
        self.sets = sets
        self.places = places
        let unit = Double(sign: .plus, exponent: fractionBits, significand: 1)
        let weights = sets.eventWeights
        let scalars = zip(sets.sums(of: rates), weights).map {
            Int64(min(Self.most / max(1, $1), max(1, (unit / $0).rounded())))
        }
        func weighted(_ factor: (Double) -> Double) -> Scalars {
            Scalars(
                zip(scalars, weights).map { $1 == 1 ? $0 : Int64(max(1, (Double($0) * factor($1)).rounded())) },
                tieShares: sets.tieShares)
        }
        ofSums = weighted { _ in 1 }
        ofHazards = weighted { $0 }
        ofMeans = weighted { $0.squareRoot() }
        ownScalars = sets.eventRows.indices.map { k in
            let part = (weight?[sets.eventRows[k]] ?? 1) / (Double(sets.ownTies[k]) * weights[k].squareRoot())
            return Int64((Self.ownUnit * part).rounded())
        }
    }

    /// With scalars of the active party's own choice, one for each event.
    init(_ sets: RiskSets, scalars: [Int64], tiedScalars: [Int64], places: Int) {
        self.sets = sets
        self.places = places
        let all = Scalars(all: scalars, tied: tiedScalars)
        (ofSums, ofHazards, ofMeans) = (all, all, all)
        ownScalars = []
    }

    /// Scalars are at most this.
    private static let most = 0x1p62 - 0x1p10

    /// `2^` ``TrainingFacts/ownRiskFractionBits``
    private static let ownUnit = 0x1p46

    /// Of sums over the rows at risk: those of means where a column's sums become means.
    var scalars: Scalars {
        switch factors {
        case .columns, .vectors, .words: ofMeans
        case .none, .curve, .means, .own: ofSums
        }
    }

    /// Sums of words, in the order of the layout: a row for each output.
    package func sums(of inputs: [[ShareWord]], layout: RiskSumLayout) -> ShareMatrix {
        var result = ShareMatrix(rows: layout.outputs, columns: layout.values)
        for value in 0..<layout.values {
            let own: [ShareWord] =
                switch factors {
                case .none, .curve, .means, .own: inputs.map { $0[0] }
                case .words: inputs.map { $0[value] }
                case .columns(let columns): zip(inputs, columns[value]).map { $0[0] &* $1 }
                case .vectors(let numbers):
                    zip(inputs, numbers).map { $0[value] &+ $0[layout.values + value] &* ShareWord($1) }
                }
            let found = layout.kind == .hazards ? hazards(of: own, count: layout.outputs) : sums(of: own)
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
        let scalars = scalars
        let (all, tied) = (over(sets.riskMoves), over(sets.tieMoves))
        return (0..<places).map {
            $0 < sets.events ? all[$0] &* scalars.all[$0] &+ tied[$0] &* scalars.tied[$0] : .zero
        }
    }

    func hazards(of words: [ShareWord], count: Int) -> [ShareWord] {
        let (events, scalars) = (sets.events, hazardScalars)
        func over(
            _ moves: [RiskSets.Move], _ order: [Int], _ term: (Int) -> ShareWord
        ) -> [ShareWord] {
            var found = Array(repeating: ShareWord.zero, count: count)
            var next = 0
            RiskSets.run(
                moves, zero: ShareWord.zero, add: { $0 = $0 &+ term($1) }, remove: { $0 = $0 &- term($1) },
                emit: {
                    found[order[next]] = $0
                    next += 1
                })
            return found
        }
        func term(_ index: Int) -> ShareWord {
            index < events
                ? words[index] &* scalars.all[index] : words[index - events] &* scalars.tied[index - events]
        }
        switch factors {
        case .curve: return over(sets.curveMoves, sets.curveTimes, term)
        case .own:
            var found = over(sets.ownMoves, sets.eventRows) { words[$0] }
            for (row, scalar) in zip(sets.eventRows, ownScalars) { found[row] = found[row] &* scalar }
            return found
        case .none, .columns, .vectors, .words, .means:
            let all = over(sets.hazardMoves, sets.hazardRows, term)
            guard let moves = sets.entryMoves else { return all }
            return zip(all, over(moves, sets.entryRows, term)).map { $0 &- $1 }
        }
    }

    /// Of sums up to a row's time: with the weights of events.
    var hazardScalars: Scalars {
        switch factors {
        case .means: ofMeans
        case .none, .columns, .vectors, .words, .curve, .own: ofHazards
        }
    }
}
