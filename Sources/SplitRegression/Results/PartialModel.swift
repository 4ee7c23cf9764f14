public import Records

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// One party's part of a fitted model: enough to score new rows of its own, and nothing of the other party's.
///
/// Coefficients are the fixed-point integers that were reported, so that a model that was saved and read back scores
/// every row exactly as before.
public struct PartialModel: Sendable, Equatable, Codable {
    public static let fractionBits = 40

    public var formatVersion = 1
    public var family: String
    public var role: String
    public var columns: [ColumnSpec]
    public var terms: [String]
    /// Units of 2^-40, on the standardised scale, in units of the label.
    public var coefficients: [Int64]
    public var scalings: [Scaling]
    /// Active party: the constant, units of 2^-40.
    public var constant: Int64?

    /// Whether there is one coefficient and one scaling for each term: what is read from a file may say anything.
    public var isWellFormed: Bool { coefficients.count == terms.count && scalings.count == terms.count }

    /// - Throws: `coefficientOutOfRange` for an estimate that 2^-40 fixed point cannot hold.
    init(
        family: String, role: String, columns: [ColumnSpec], terms: [String], estimates: [Double], scalings: [Scaling],
        constant: Double?
    ) throws(TrainingError) {
        self.family = family
        self.role = role
        self.columns = columns
        self.terms = terms
        self.scalings = scalings
        coefficients = []
        for estimate in estimates { coefficients.append(try Self.fixed(estimate)) }
        if let constant { self.constant = try Self.fixed(constant) }
    }

    private static func fixed(_ value: Double) throws(TrainingError) -> Int64 {
        guard let integer = Int64(exactly: scalbn(value, fractionBits).rounded()) else { throw .coefficientOutOfRange }
        return integer
    }

    /// This party's part of the linear predictor of each row, exact sums of integers rounded once to 2^-32.
    ///
    /// - Parameter design: the same columns under this model's scalings.
    public func partialScores(_ design: DesignMatrix) throws(TrainingError) -> [Int64] {
        guard isWellFormed, design.terms == terms else { throw .invalidPlan("the rows' columns are not the model's") }
        let base = Int128(constant ?? 0) << Int128(design.fractionBits)
        // From scale 2^-(40 + fraction bits) to 2^-32, to nearest.
        let drop = Int128(Self.fractionBits - 32 + design.fractionBits)
        var result: [Int64] = []
        result.reserveCapacity(design.rows)
        for row in 0..<design.rows {
            var sum = base
            for j in coefficients.indices { sum += Int128(coefficients[j]) * Int128(design.integers[j][row]) }
            guard let rounded = Int64(exactly: (sum + (1 << (drop - 1))) >> drop) else { throw .coefficientOutOfRange }
            result.append(rounded)
        }
        return result
    }

    /// Number of columns that matter, for the rule on scores.
    public var nonzeroColumns: Int { coefficients.count { $0 != 0 } }
}
