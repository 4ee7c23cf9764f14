/// Arithmetic for figures that somebody else chose, an outcome's counts among them: at the ends of the range instead of a trap.
extension Int {
    /// The whole part, or the nearest number there is; 0 for what is no number.
    init(clamped value: Double) {
        if value.isNaN {
            self = 0
        } else {
            self = Int(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
        }
    }

    package func plusClamped(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    func timesClamped(_ other: Int) -> Int {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? ((self < 0) == (other < 0) ? .max : .min) : product
    }

    /// m (m + 1) / 2: numbers in a symmetric matrix.
    var triangleClamped: Int { timesClamped(plusClamped(1)) / 2 }
}
