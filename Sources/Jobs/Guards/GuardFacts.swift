import Foundation
import Records

/// What the guards are computed from besides the job: figures that both sides and a verifier know, and a few that
/// only one side knows. A guard whose figures are missing is reported as not evaluated, never as kept.
public struct GuardFacts: Sendable, Hashable {
    /// Rows of the fit (aligned, held-out rows not among them).
    public var rows: Int
    /// Coefficients of the active party, the intercept among them.
    public var activeParameters: Int
    /// Coefficients of the passive party.
    public var passiveParameters: Int
    /// Entropy of the label in bits a row; only the active party (or one who has its inputs) knows it.
    public var labelEntropy: Double?
    /// Bits that a returned gradient component still shows after dithering; nil when dithering is not counted.
    /// A logistic job starts with what its final tolerance leaves (`Guards.ditherBits`).
    public var ditherBits: Double?
    /// Passes that were run; nil before the start.
    public var passes: Int?
    /// Score vectors about this cohort that earlier jobs opened, from the ledger.
    public var earlierScoreVectors: Int
    /// Identifiers that each side brought to the alignment.
    public var setSizes: [Int]
    /// Fewest rows in any level of this side's yes/no and categorical columns and label.
    public var smallestCell: Int?

    /// Facts of a job over so many rows; everything else is unknown until it is set.
    public init(
        job: Job, rows: Int, labelEntropy: Double? = nil, ditherBits: Double? = nil, passes: Int? = nil,
        earlierScoreVectors: Int = 0, setSizes: [Int] = [], smallestCell: Int? = nil
    ) {
        self.rows = rows
        self.activeParameters = job.parameterCount(of: job.active)
        self.passiveParameters = job.parameterCount(of: job.passive)
        self.labelEntropy = labelEntropy
        self.ditherBits =
            ditherBits
            ?? (job.model.family == .logistic ? Guards.ditherBits(tolerance: job.model.tolerance, rows: rows) : nil)
        self.passes = passes
        self.earlierScoreVectors = earlierScoreVectors
        self.setSizes = setSizes
        self.smallestCell = smallestCell
    }

    /// Entropy of a yes/no label in bits a row.
    public static func labelEntropy(events: Int, rows: Int) -> Double {
        guard rows > 0, events > 0, events < rows else { return 0 }
        let share = Double(events) / Double(rows)
        return -(share * log2(share) + (1 - share) * log2(1 - share))
    }

    /// Empirical entropy of a label with any values, in bits a row.
    public static func labelEntropy(of values: [Double]) -> Double {
        var counts: [Double: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        let rows = Double(values.count)
        // The order of a dictionary differs from run to run: sort, so that every run adds in the same order.
        return counts.values.sorted().reduce(0) { $0 - Double($1) / rows * log2(Double($1) / rows) }
    }
}
