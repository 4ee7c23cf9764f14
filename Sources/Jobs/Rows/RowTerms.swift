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

    /// So many sites may put together all that they know and still learn nothing but sums over the others.
    public internal(set) var coalition: Int
    public internal(set) var onLoss: LossRule
    public internal(set) var covariance: Errors
    /// Seconds to wait for a site that was lost.
    public internal(set) var lossTimeout: Int

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
    public static let rowsFormatVersion: UInt16 = 9

    /// Sites without which no round is opened: whatever a coalition takes off, two sites' sum remains.
    public var fewestInRound: Int { (rows?.coalition ?? 0) + 2 }
}
