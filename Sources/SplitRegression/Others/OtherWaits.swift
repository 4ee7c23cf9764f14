internal import Records

extension TrainingPlan {
    /// How long a session with a further passive party has to wait for a message, on either side: while the others work, one after the
    /// other, nothing comes (multiparty-training.md 2).
    ///
    /// - Parameters:
    ///   - messageTimeout: the longest wait for a message of a party that works for nobody else.
    ///   - rows: most rows that the fit can have.
    public func patience(messageTimeout: Duration, rows: Int) -> Duration {
        guard !otherColumns.isEmpty else { return messageTimeout }
        let length = Double(keyBits) / 3072
        // Milliseconds fit an `Int64` for any number of rows.
        let milliseconds = Self.millisecondsAProduct * Double(productsARow) * length * length * Double(max(rows, 0))
        return messageTimeout + .milliseconds(Int64(min(milliseconds.rounded(.up), 0x1p52)))
    }

    /// Products modulo `N^2` for each row in a pass and a refresh, at most (multiparty-training.md 8).
    var productsARow: Int {
        let all = parameters
        let others = otherColumns.reduce(0, +)
        let kernels = 2 * 4 * 521
        let pass = 57 * (1 + otherColumns.count) + 7 * (all + others)
        // Blocks of all columns, weighted rows of further parties, and their sums with columns of the parties before them.
        var refresh = 150 * others + 130 * otherColumns.count + 5 * all * all
        var before = activeColumns + passiveColumns
        for columns in otherColumns {
            refresh += 75 * ((columns + 14) / 15) * (2 + otherColumns.count) + 10 * columns * before
            before += columns
        }
        return kernels + pass + refresh + (family == .cox ? hazardProducts : 0)
    }

    /// Of proportional hazards the active party's and the helper's: reciprocals, means of all columns, and for robust errors each row's score.
    private var hazardProducts: Int {
        let all = parameters
        let robust = covariance.isRobust ? 2600 * all + 10 * all * all : 0
        return 16_500 + 1000 * all + 10 * all * all + robust + levelProducts
    }

    /// Of a comparison of a passive party's levels: sums over risk sets, and for curves reciprocals and products of all places.
    private var levelProducts: Int {
        guard let comparison, comparison.isPassive else { return 0 }
        return comparison.levels.count * (comparison.times.isEmpty ? 500 : 20_000)
    }

    /// For moduli of 3072 bits; the machine that was measured takes a third of it on one core.
    private static let millisecondsAProduct = 0.05
}
