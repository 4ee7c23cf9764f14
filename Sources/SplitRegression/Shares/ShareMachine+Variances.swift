// Results beside the coefficients (training.md 5.6, 5.7): variances, and what tells which columns of a linear fit follow from others.
extension ShareMachine {
    func openVariances() async throws {
        let (rows, lengths) = try ownRows(first: family.hasIntercept ? try constantFunctional() : nil)
        let squares = try await forms(rows, of: inverse)
        let values = try await openOwn(
            squares.own, peers: squares.peers, fractionBits: facts.varianceBits, widths: facts.varianceWidths)
        try await give(
            { squares.all[$0, $0] }, fractionBits: facts.varianceBits, bits: facts.varianceResultBits(isRobust: false))
        takeVariances(values, lengths)
    }

    /// `D V M V D^T`
    func openRobustVariances(scale: Int) async throws {
        let f = ShareMatrix.fractionBits
        let (rows, lengths) = try ownRows(first: try constantFunctional())
        let images = try await product(rows, inverse, shift: f)
        let spreads = try await product(images, meat, shift: f)
        let squares = try await product(spreads, images.transposed, shift: f, part: .diagonal)
        let values = try await openOwn(
            ownRange.map { squares[$0, $0] }, peers: peerRange.map { squares[$0, $0] },
            fractionBits: facts.varianceBits, widths: facts.robustVarianceWidths)
        try await give(
            { squares[$0, $0] }, fractionBits: facts.varianceBits, bits: facts.varianceResultBits(isRobust: true))
        takeVariances(values.map { $0 * power(-scale) }, lengths)
    }

    private func takeVariances(_ values: [Double], _ lengths: [Double]) {
        let scale = power(-facts.rowBitsOfCount)
        results.variances = values.enumerated().map { j, value in
            max(0, value) * scale * (isActive && j == 0 ? 1 : lengths[j] * lengths[j])
        }
    }

    func openAliases(toActive: Bool = true) async throws {
        var squares = try await forms(try ownRows().rows, of: deviation)
        var widths = facts.aliasWidths
        if !toActive {
            widths.active = []
            if isActive { squares.own = [] } else { squares.peers = [] }
        }
        results.aliases = try await openOwn(
            squares.own, peers: squares.peers, fractionBits: TrainingFacts.aliasBits.fraction, widths: widths)
        try await give(
            { squares.all[$0, $0] }, fractionBits: TrainingFacts.aliasBits.fraction, bits: TrainingFacts.aliasBits.all)
    }

    func openMovements() async throws {
        let values = try await openOwn(
            ownRange.map { present.direction[$0, 0] }, peers: peerRange.map { present.direction[$0, 0] },
            fractionBits: TrainingFacts.movementBits.fraction, widths: facts.movementWidths)
        try await give(
            { present.direction[$0, 0] }, fractionBits: TrainingFacts.movementBits.fraction,
            bits: TrainingFacts.movementBits.all)
        // A step takes the direction off.
        results.movements = table.coefficients(values).map { -$0 }
    }

    /// Own rows of D in the joint matrix: rows of T, of length 1. The first may be another one.
    private func ownRows(first: ShareMatrix? = nil) throws(TrainingError) -> (rows: ShareMatrix, lengths: [Double]) {
        let p = facts.parameters
        let lengths = table.back.map { dot($0, $0).squareRoot() }
        var rows = ShareMatrix(rows: p, columns: p)
        for (j, joint) in ownRange.enumerated() {
            for (l, column) in ownRange.enumerated() {
                rows[joint, column] = try ShareMatrix.word(table.back[j][l] / lengths[j])
            }
        }
        placeOtherRows(in: &rows)
        if let first { for column in 0..<p { rows[0, column] = first[0, column] } }
        return (rows, lengths)
    }

    /// Shares of the diagonal of `D M D^T`.
    private func forms(
        _ rows: ShareMatrix, of matrix: ShareMatrix
    ) async throws -> (own: [ShareWord], peers: [ShareWord], all: ShareMatrix) {
        let f = ShareMatrix.fractionBits
        let images = try await product(rows, matrix, shift: f)
        let squares = try await product(images, rows.transposed, shift: f, part: .diagonal)
        return (ownRange.map { squares[$0, $0] }, peerRange.map { squares[$0, $0] }, squares)
    }
}
