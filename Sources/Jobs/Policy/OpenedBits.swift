import Records

extension Guards {
    /// An upper bound of the bits that a fit opens, spread over its rows: what a site's ledger charges to each of them;
    /// `protocols/disclosure.md` 2.2.
    ///
    /// - Parameter rows: rows of the fit.
    public static func openedBitsPerRow(_ job: Job, rows: Int) -> Int {
        let p = job.parameterCount
        let passes = job.model.family == .linear ? 1 : maximumPasses(job, rows: rows)
        // 24 bits a gradient number, 64 a coefficient or an entry of information and covariance.
        var bits = passes.timesClamped(24).timesClamped(p).plusClamped(p.timesClamped(64))
        if job.reveals(.standardErrors) { bits = bits.plusClamped((p + 1).timesClamped(p).timesClamped(64)) }
        return max(1, bits.plusClamped(rows - 1) / max(rows, 1))
    }
}
