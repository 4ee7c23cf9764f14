/// What a job adds whose parties hold the same columns about different people (`protocols/row-split.md`).
public struct RowTerms: Sendable, Hashable {
    /// What happens to a site that is lost after the first opened round.
    public enum LossRule: String, Sendable, Hashable, CaseIterable, Codable {
        /// The others keep what they have until it returns, or end the job at the deadline.
        case wait
        /// The others go on. The sums of the lost site are disclosed by that, and every site approves it by name.
        case `continue`
    }

    /// How standard errors are estimated.
    public enum Errors: String, Sendable, Hashable, CaseIterable, Codable {
        case classical
        case hc0 = "HC0"
        case hc1 = "HC1"
        /// Rows of one site may depend on each other.
        case sites
    }

    /// What is computed over the rows of all sites.
    public enum Analysis: String, Sendable, Hashable, CaseIterable, Codable {
        case model
        /// Numbers that describe each column, by group (`protocols/row-statistics.md` 2).
        case table
        /// Kaplan-Meier curves and the log-rank test (there, 3).
        case survival
    }

    /// Whose baseline hazard a proportional-hazards model has.
    enum Baseline: String, Sendable, Hashable, CaseIterable {
        /// Every site a stratum.
        case sites
        /// One for all sites, on declared times (`protocols/row-statistics.md` 4).
        case grid
    }

    /// So many sites may put together all that they know and still learn nothing but sums over the others.
    public internal(set) var coalition: Int
    public internal(set) var onLoss: LossRule
    public internal(set) var covariance: Errors
    /// Seconds to wait for a site that was lost.
    public internal(set) var lossTimeout: Int
    public internal(set) var analysis: Analysis = .model
    /// Ascending: those of survival curves; of a model, the grid of the one baseline that all sites have. None: there is no grid.
    public internal(set) var times: [Double] = []
    /// Of a table and of curves: the feature by whose levels rows are compared.
    public internal(set) var group: String?

    /// Of a model whose sums are opened with noise.
    public internal(set) var privacy: PrivacyTerms?

    /// Whether a proportional-hazards model has one baseline for all sites.
    public var hasGrid: Bool { analysis == .model && !times.isEmpty }

    /// Passes where a job says nothing: Newton's method takes five to nine, and each more may open as many numbers again.
    static let passes = 12

    /// Most sites of a job.
    public static let mostSites = 50
    /// With fewer, a sum less the own part is another site's part.
    public static let fewestSites = 3
    /// Fewest sites beside a coalition whose errors may be clustered by site: two unknown scores follow from their sum and their squares.
    static let fewestClusters = 4
}

extension Job {
    /// Version of the job file and of its encoding where the tables are split by rows.
    public static let rowsFormatVersion: UInt16 = 11

    /// The feature by whose levels a table or curves compare rows.
    public var rowsGroup: Feature? {
        rows?.group.flatMap { name in parties.first?.features.first { $0.column == name } }
    }

    /// All that the sums of a job split by rows tell, in the order of `Reveal.allCases`.
    var openedByRows: [Reveal] {
        guard let rows else { return [] }
        switch rows.analysis {
        case .model: return [.coefficients, .standardErrors] + (rows.hasGrid ? [.survival] : [])
        case .table: return [.description]
        case .survival: return [.survival] + (rows.group == nil ? [] : [.logrank, .kaplanMeier])
        }
    }

    /// Sites without which no round is opened: whatever a coalition takes off, two sites' sum remains.
    public var fewestInRound: Int { (rows?.coalition ?? 0) + 2 }
}
