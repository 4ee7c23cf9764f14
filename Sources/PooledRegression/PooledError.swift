/// Why a pooled fit cannot be had. Names columns and sites, never a value.
public enum PooledError: Error, Sendable, Equatable {
    /// This site's rows are not those of the model: what, which row (from 0) if one.
    case badRows(String, row: Int?)
    /// A column has one value at all sites.
    case constantColumn(String)
    /// A column follows from those before it, at all sites together.
    case collinear(String)
    /// Estimates run away: an outcome can be told from these columns alone.
    case separation([String])
    /// The sites other than this one have fewer rows with this level than the model allows.
    case smallCell(String, smallest: Int)
    /// Fewer rows than parameters.
    case tooFewRows(rows: Int, parameters: Int)
    /// A point at which few of this site's rows carry the sums: who chose it would read them. An outcome that can be told from columns
    /// leads there too.
    case pointTooSharp
    /// A site's objection to a cell met a sum of votes as if nobody had objected: another site took it off.
    case voteTakenBack
    /// Sums of counts or squares that no rows have: a site put in invented numbers. What they are of.
    case impossibleSums(String)
    /// The passes that a model allows open more numbers than the rows of two sites have values; or a table more sums over some rows than
    /// these are.
    case tooManyNumbers(numbers: Int, limit: Int)
    /// Newton's method did not come to an end.
    case notConverged(iterations: Int)
    /// With the noise that the job asks for these sums leave nothing to estimate.
    case noiseTooLarge
    /// theta runs away: the counts vary no more than Poisson's.
    case notOverdispersed
    /// The model asks for something that does not exist for its family, or for so few sites.
    case unsupported(String)
    /// A column's or the outcome's values are too large or too small for sums of 128 bits; another unit helps.
    case outOfScale(String)
}
