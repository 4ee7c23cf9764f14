import Records
import SplitRegression

/// Proportional hazards with one baseline for all sites, on a declared grid of times (`protocols/row-statistics.md` 4): the same at every
/// site. Of columns with levels only; ties by Breslow.
public struct GridDesign: Sendable, Hashable {
    /// Names of the columns of 0 and 1 as they stand in results: those of one feature follow each other.
    public var terms: [String]
    /// Of each feature its terms: its levels but the reference.
    public var features: [Int]
    /// Ascending, above 0, in the units of the time column.
    public var times: [Double]
    /// Whether there are standard errors that do not take proportional hazards for granted (HC0; Lin, Wei 1989).
    public var isRobust: Bool
    /// Fewest rows of a cell that remain when a coalition takes off its own, unless none.
    public var smallestCell: Int
    /// Most Newton steps.
    public var iterations: Int

    public init(
        terms: [String], features: [Int], times: [Double], isRobust: Bool = false, smallestCell: Int = 11,
        iterations: Int = 12
    ) {
        self.terms = terms
        self.features = features
        self.times = times
        self.isRobust = isRobust
        self.smallestCell = smallestCell
        self.iterations = iterations
    }

    /// Most combinations of levels.
    public static let mostCells = 64
    private static let mostPasses = 100

    /// Combinations of levels, one of each feature; nil for too many.
    var cellCount: Int? {
        features.reduce(1 as Int?) { count, terms in
            guard let count, (1..<Self.mostCells).contains(terms) else { return nil }
            let product = count * (terms + 1)
            return product <= Self.mostCells ? product : nil
        }
    }

    /// Of each combination its values of the terms; the first feature's levels vary slowest.
    var cells: [[Double]] {
        var cells: [[Double]] = [[]]
        for terms in features {
            cells = cells.flatMap { cell in (0...terms).map { cell + Self.level($0, of: terms) } }
        }
        return cells
    }

    /// 0 is the reference.
    private static func level(_ level: Int, of terms: Int) -> [Double] {
        (1...terms).map { $0 == level ? 1 : 0 }
    }

    /// What the rows are checked against.
    private var model: PooledModel {
        PooledModel(
            family: .cox, terms: terms, indicators: terms.map { _ in true }, ties: .breslow, smallestCell: smallestCell,
            iterations: iterations)
    }

    /// What is opened: as curves by combination.
    var curves: CurveDesign {
        var curves = CurveDesign(
            times: times, group: .init(name: "levels", levels: (0..<(cellCount ?? 0)).map { "\($0)" }),
            smallestCell: smallestCell)
        (curves.subject, curves.mostGroups) = ("hazards ", Self.mostCells)
        return curves
    }

    /// - Throws: `unsupported`.
    func check() throws(PooledError) {
        guard !terms.isEmpty, Set(terms).count == terms.count, features.reduce(0, +) == terms.count else {
            throw .unsupported("hazards on a grid of no column, or of one twice")
        }
        guard cellCount != nil else {
            throw .unsupported(
                "hazards on a grid of more than \(Self.mostCells) combinations of levels: fewer levels, or the fit with a baseline for each site"
            )
        }
        guard (1...Self.mostPasses).contains(iterations) else {
            throw .unsupported("less than one pass, or more than \(Self.mostPasses)")
        }
        try curves.check()
    }

    /// One site's rows, each with the place of its combination.
    ///
    /// - Throws: `badRows`, `unsupported`.
    func rows(_ rows: PooledRows) throws(PooledError) -> CurveRows {
        try ModelRows.check(rows, model)
        guard rows.survival?.entry == nil, rows.survival?.stratum == nil else {
            throw .unsupported("late entry or strata beside one baseline on a grid")
        }
        var places = rows.label.map { _ in 0 }
        var first = 0
        for terms in features {
            let columns = rows.columns[first..<first + terms]
            for row in places.indices {
                let levels = columns.enumerated().filter { $0.element[row] == 1 }.map(\.offset)
                guard levels.count < 2 else { throw .badRows("\(self.terms[first]) has two levels", row: row) }
                places[row] = places[row] * (terms + 1) + (levels.first.map { $0 + 1 } ?? 0)
            }
            first += terms
        }
        return CurveRows(time: rows.survival?.time ?? [], event: rows.label, group: places)
    }
}
