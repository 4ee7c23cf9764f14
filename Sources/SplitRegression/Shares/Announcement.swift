/// Bounds that the active party announces before the first step, powers of two: widths follow from them (training.md 5.1).
package struct Announcement: Sendable, Hashable {
    package let scaleBits: Int
    package let weightBits: Int
    package let rowBits: Int

    /// What a peer may announce.
    package static let allowed = (scale: 0...40, weight: -2...40, row: 1...40)

    /// Whether they are bounds that this family's rows can have. Where the peer could choose, widths would follow its choice.
    package func isAllowed(for family: ResponseFamily) -> Bool {
        guard Self.allowed.row.contains(rowBits) else { return false }
        switch family {
        case .linear: return scaleBits == 0 && weightBits == 0
        // Rows without case weights: labels of two kinds.
        case .logistic: return scaleBits == 0 && weightBits == -2 && rowBits == 1
        case .probit: return scaleBits == 0 && (-2...0).contains(weightBits) && rowBits <= 2
        case .poisson, .negativeBinomial, .gamma:
            return Self.allowed.scale.contains(scaleBits) && Self.allowed.weight.contains(weightBits)
        }
    }

    package init(scaleBits: Int, weightBits: Int, rowBits: Int) {
        self.scaleBits = scaleBits
        self.weightBits = weightBits
        self.rowBits = rowBits
    }

    package init(_ rows: ActiveRows, family: ResponseFamily) {
        var scale = 1.0
        var value = 1.0
        var weight = 0.25
        for row in rows.label.indices {
            for kind in [Kernel.Kind.mean, .weight, .loss] {
                let kernel = Kernel(family: family, kind: kind, period: 64, scaleBits: 0)
                let term = kernel.term(
                    label: rows.label[row], offset: rows.offset[row], weight: rows.weight[row], center: rows.center)
                scale = max(scale, abs(term.scale))
                value = max(value, abs(term.constant), abs(term.scale), abs(term.slope))
            }
            let start = rows.start.predictor[row]
            value = max(
                value, abs(rows.weight[row] * family.residual(start, label: rows.label[row])),
                abs(rows.weight[row] * rows.label[row]))
            weight = max(weight, rows.weight[row] * family.weight(start))
        }
        scaleBits = Self.bits(scale)
        weightBits = Self.bits(weight)
        rowBits = max(1, Self.bits(value) + 1)
    }

    /// The least b with `2^b >= value`.
    private static func bits(_ value: Double) -> Int {
        Int(value.exponent) + (value.significand == 1 ? 0 : 1)
    }
}
