// Elastic net (training.md 5.10).
extension ShareMachine {
    /// `(2^k / n)^power T^-T`, this party's rows in the joint matrix; of further parties shares.
    private func unwhitening(power exponent: Double) throws(TrainingError) -> ShareMatrix {
        var result = ShareMatrix(rows: facts.parameters, columns: facts.parameters)
        for (row, joint) in zip(table.unwhitening(scale: facts.unwhiteningScale(power: exponent)), ownRange) {
            for (value, column) in zip(row, ownRange) { result[joint, column] = try ShareMatrix.word(value) }
        }
        placeOtherUnwhitenings(isRoot: exponent != 1, in: &result)
        return result
    }

    /// Correlations of all columns with each other and with the label, to all parties.
    func openCorrelations() async throws {
        let f = ShareMatrix.fractionBits
        let p = facts.parameters
        let half = try unwhitening(power: 0.5)
        let images = try await product(half, information, shift: f)
        let matrix = try await product(images, half.transposed, shift: f, part: .lower)
        // Q' y / 2^k, whatever the point and the penalty.
        let right = try await product(information, point, shift: f) &- gradient
        let products = try await product(try unwhitening(power: 1), right, shift: f)
        var words: [ShareWord] = []
        for i in 1..<p { for j in 1..<max(i, 1) { words.append(matrix[i, j]) } }
        words += (1..<p).map { products[$0, 0] }
        selection = try NetSelection(try await openJointly(words, facts.correlationBits), facts)
    }

    /// Trial point: the coefficients that all know. Each party knows its own part of it.
    func propose() async throws {
        guard let selection else { throw TrainingError.invalidPlan("no elastic net to propose") }
        trialPoint = ShareMatrix(rows: facts.parameters, columns: 1)
        for (value, j) in zip(table.whitened(selection.coefficients(in: ownRange)), ownRange) {
            trialPoint[j, 0] = try ShareMatrix.word(value)
        }
        try await takeOtherPoints(in: &trialPoint)
    }

    /// The exact gradient there, to all; then the net is solved anew about it.
    func openJointGradient() async throws {
        let shares = try await product(try unwhitening(power: 1), gradient, shift: ShareMatrix.fractionBits)
        let slopes = try await openJointly(shares.elements, facts.jointGradientBits)
        guard selection != nil else { throw TrainingError.invalidPlan("no elastic net to correct") }
        try selection?.correct(by: slopes, facts)
    }

    /// Numbers that all learn, rounded down at both holders, so that all have the same.
    private func openJointly(_ words: [ShareWord], _ bits: [(fraction: Int, all: Int)]) async throws -> [Double] {
        let own = zip(words, bits).map {
            $0.masked().shiftedRight(ShareMatrix.fractionBits - $1.fraction).masked($1.all)
        }
        let widths = bits.map(\.all)
        let peer = try await exchange.exchangeResults(own, bits: widths, expecting: widths)
        let sums = zip(zip(own, peer), widths).map { ($0.0 &+ $0.1).masked($1) }
        for other in others { try await other.announce(sums, bits: widths) }
        return TrainingFacts.joint(sums, bits)
    }
}
