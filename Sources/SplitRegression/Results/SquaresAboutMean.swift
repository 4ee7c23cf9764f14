extension [Double] {
    /// `sum w (y - m)^2`, m the mean under the same weights; without weights each number counts once.
    func squaresAboutMean(weight: [Double]?) -> Double {
        guard let weight else {
            let mean = reduce(0, +) / Double(Swift.max(count, 1))
            return reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        }
        let mean = zip(weight, self).reduce(0) { $0 + $1.0 * $1.1 } / weight.reduce(0, +)
        return zip(weight, self).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
    }
}
