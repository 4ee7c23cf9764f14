/// An elastic net as each party computes it from the numbers that all learn, with the same bits everywhere (training.md 5.10).
struct NetSelection: Sendable {
    private(set) var net: ElasticNet
    /// Of all columns but the constant.
    private(set) var coefficients: [Double]
    /// Of the constant.
    private(set) var constant = 0.0
    /// Of the coefficients before the correction, by the exact gradient.
    private(set) var violation: Double?

    /// - Parameter values: correlations of pairs of columns, then of each column with the label, as they were opened.
    /// - Throws: ``TrainingError/notConverged(passes:norm:)`` where rounded correlations have no minimum.
    init(_ values: [Double], _ facts: TrainingFacts) throws(TrainingError) {
        let count = facts.parameters - 1
        var correlations = SymmetricMatrix(order: count)
        var position = 0
        for i in 0..<count {
            correlations[i, i] = 1
            for j in 0..<i {
                correlations[i, j] = values[position]
                correlations[j, i] = values[position]
                position += 1
            }
        }
        net = ElasticNet(correlations: correlations, products: Array(values[position...]), l2: facts.penalty)
        coefficients = try net.solve(l1: facts.l1)
    }

    /// Solves the net anew about the exact gradient at its coefficients, the constant's first.
    mutating func correct(by slopes: [Double], _ facts: TrainingFacts) throws(TrainingError) {
        let b = coefficients
        violation = ElasticNet.violation(b, gradient: Array(slopes.dropFirst()), l1: facts.l1)
        // (C + l2) b - c = slope, so that rounding of C meets the change alone.
        var products = net.products
        for i in b.indices {
            var image = net.l2 * b[i]
            for j in b.indices { image += net.correlations[i, j] * b[j] }
            products[i] = image - slopes[i + 1]
        }
        net = ElasticNet(correlations: net.correlations, products: products, l2: net.l2)
        coefficients = try net.solve(l1: facts.l1, start: b)
        constant -= slopes[0]
    }

    /// Those of some places in joint vectors, the constant's among them.
    func coefficients(in range: Range<Int>) -> [Double] { Array(([constant] + coefficients)[range]) }
}

// Numbers of an elastic net that all parties learn.
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

    var jointGradientBits: [(fraction: Int, all: Int)] { Array(repeating: Self.slopeBits, count: parameters) }

    /// The numbers of both shares' sums: each share is rounded down by less than a unit.
    static func joint(_ sums: [ShareWord], _ bits: [(fraction: Int, all: Int)]) -> [Double] {
        zip(sums, bits).map { sum, bits in
            (sum.signed(bits.all).asDouble + 1) * Double(sign: .plus, exponent: -bits.fraction, significand: 1)
        }
    }
}
