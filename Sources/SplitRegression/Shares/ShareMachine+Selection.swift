// Elastic net (training.md 5.10).
extension ShareMachine {
    /// What an elastic net is computed from, the same at both parties.
    struct Selection {
        var net: ElasticNet
        /// Of all columns but the constant.
        var coefficients: [Double]
        /// Of the constant.
        var constant = 0.0
        /// Of the coefficients before the correction, by the exact gradient.
        var violation: Double?
    }

    /// `(2^k / n)^power T^-T`, this party's rows in the joint matrix.
    private func unwhitening(power exponent: Double) throws(TrainingError) -> ShareMatrix {
        let factor = power(facts.rowBitsOfCount) / Double(rows)
        let scale = exponent == 1 ? factor : factor.squareRoot()
        var result = ShareMatrix(rows: facts.parameters, columns: facts.parameters)
        for (j, joint) in ownRange.enumerated() {
            let row = table.whitened((0..<ownCount).map { $0 == j ? 1 : 0 })
            for (l, column) in ownRange.enumerated() { result[joint, column] = try ShareMatrix.word(row[l] * scale) }
        }
        return result
    }

    /// Correlations of all columns with each other and with the label, to both parties.
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
        let values = try await openJointly(words, facts.correlationBits)
        var correlations = SymmetricMatrix(order: p - 1)
        var position = 0
        for i in 0..<p - 1 {
            correlations[i, i] = 1
            for j in 0..<i {
                correlations[i, j] = values[position]
                correlations[j, i] = values[position]
                position += 1
            }
        }
        let net = ElasticNet(correlations: correlations, products: Array(values[position...]), l2: facts.penalty)
        selection = Selection(net: net, coefficients: try net.solve(l1: facts.l1))
    }

    /// Trial point: the coefficients that both know.
    func propose() throws(TrainingError) {
        guard let selection else { throw .invalidPlan("no elastic net to propose") }
        let all = [selection.constant] + selection.coefficients
        trialPoint = ShareMatrix(rows: facts.parameters, columns: 1)
        for (value, j) in zip(table.whitened(Array(all[ownRange])), ownRange) {
            trialPoint[j, 0] = try ShareMatrix.word(value)
        }
    }

    /// The exact gradient there, to both; then the net is solved anew about it.
    func openJointGradient() async throws {
        let shares = try await product(try unwhitening(power: 1), gradient, shift: ShareMatrix.fractionBits)
        let slopes = try await openJointly(
            shares.elements, Array(repeating: TrainingFacts.slopeBits, count: facts.parameters))
        guard var selection else { throw TrainingError.invalidPlan("no elastic net to correct") }
        let b = selection.coefficients
        selection.violation = ElasticNet.violation(b, gradient: Array(slopes.dropFirst()), l1: facts.l1)
        // (C + l2) b - c = slope, so that rounding of C meets the change alone.
        var products = selection.net.products
        for i in b.indices {
            var image = selection.net.l2 * b[i]
            for j in b.indices { image += selection.net.correlations[i, j] * b[j] }
            products[i] = image - slopes[i + 1]
        }
        selection.net = ElasticNet(
            correlations: selection.net.correlations, products: products, l2: selection.net.l2)
        selection.coefficients = try selection.net.solve(l1: facts.l1, start: b)
        selection.constant -= slopes[0]
        self.selection = selection
    }

    /// Numbers that both learn, rounded down at both, so that both have the same.
    private func openJointly(_ words: [ShareWord], _ bits: [(fraction: Int, all: Int)]) async throws -> [Double] {
        let own = zip(words, bits).map {
            $0.masked().shiftedRight(ShareMatrix.fractionBits - $1.fraction).masked($1.all)
        }
        let widths = bits.map(\.all)
        let peer = try await exchange.exchangeResults(own, bits: widths, expecting: widths)
        return own.indices.map { index in
            // Each rounded down by less than a unit.
            ((own[index] &+ peer[index]).signed(widths[index]).asDouble + 1) * power(-bits[index].fraction)
        }
    }
}

extension TrainingFacts {
    /// Of a correlation between two columns, and of one of a column with the label.
    package static let columnBits = (fraction: 16, all: 18)
    package static let labelBits = (fraction: 20, all: 22)
    /// Of the gradient on the standardised scale.
    package static let slopeBits = (fraction: 26, all: 29)

    var correlationBits: [(fraction: Int, all: Int)] {
        let columns = parameters - 1
        return Array(repeating: Self.columnBits, count: columns * (columns - 1) / 2)
            + Array(repeating: Self.labelBits, count: columns)
    }
}
