/// Ranges of a job's numbers, the same for the file that people write and for the canonical encoding.
enum JobBounds {
    /// The term that results call the constant.
    static let intercept = "(Intercept)"
    /// What results have beside the columns of identifiers.
    static let columnsOfResults = ["row", "linear.predictor", "prediction", "held.out"]
    static let l2 = 0.0...1e6
    static let l1 = 0.0...1e12
    /// Coefficients of an elastic net: the message of its correlations has at most 2^20 bytes.
    static let netParameters = 800
    /// Beyond it a Poisson model says the same.
    static let theta = 0.01...1e4
    /// Shares are made for errors of this size (`protocols/training.md`).
    static let tolerance = 1e-6...0.1
    static let passes = 1...10_000
    /// Of a job split by rows: each pass opens as many numbers again. Far more than a fit takes.
    static let pooledPasses = 1...100
    /// Of a proportional-hazards model: no more than rows.
    static let events = 1...(1 << 24)
    /// There too: times of the survival curve.
    static let times = 50
    /// There too: strata with a curve each, and numbers of all curves.
    static let strata = 1...50
    static let curvePoints = 200
    /// There too: levels of a column that are compared, each with exchanges of its own.
    static let comparedLevels = 20
    static let cohort = 2...(1 << 24)
    static let cell = 1...1_000_000
    static let parametersPerRow = 0.0001...0.5
    /// Masks are sized for 2^24 values a job.
    static let setSize = 2...(1 << 24)
    static let passiveColumns = 2...10_000
    static let connectTimeout = 1...604_800
    static let messageTimeout = 1...86_400
    /// Parts of the rows for cross-validation.
    static let folds = 2...20
    static let features = 10_000
    static let levels = 2...1000
    /// Groups of a description, and the largest cell that it tests for (`protocols/describe.md`).
    static let groups = 2...8
    static let describedCell = 100
    static let describedTests = 1 << 20
    /// They go in one message of 2^20 bytes, eight each at most.
    static let describedNumbers = 1 << 17
    static let identifierParts = 8
    static let columnBytes = 128
    /// Sites of a job split by rows that may put together what they know.
    static let coalition = 1...48
    /// Coefficients of such a job: a round has their scores and their information.
    static let pooledParameters = 250
    /// There too: times of curves, and of a grid.
    static let pooledTimes = 1...100
    /// There too: columns of a table, and levels of one of them.
    static let tableColumns = 200
    /// There too: cells of a table, by group and overall, each voted on up to four times.
    static let tableCells = 1 << 13
    /// There too: levels that curves are compared by.
    static let curveGroups = 2...20
    /// There too: noise.
    static let epsilon = 0.01...20.0
    static let delta = 1e-15...0.01
    static let clip = 1.0...100.0
    static let noisyRounds = 1...20
    /// There too: combinations of levels beside one baseline for all sites.
    static let gridCells = 64
    static let titleBytes = 200
    static let purposeBytes = 4000
}
