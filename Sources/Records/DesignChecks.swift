/// What a design must keep to; a site's policy may be stricter, never looser than its peer's.
public struct DesignLimits: Sendable, Codable, Hashable {
    /// Fewest rows in any level of a yes/no or categorical column.
    public let minimumCell: Int
    /// Most parameters a row, the intercept included.
    public let maximumParametersPerRow: Double
    /// Largest leverage of a row.
    public let maximumLeverage: Double

    /// The defaults of the project: cells of 11 (CMS suppresses 1 to 10), 0.33 (DataSHIELD's nfilter.glm) and a leverage of 0.2.
    public static let standard = DesignLimits(minimumCell: 11, maximumParametersPerRow: 0.33, maximumLeverage: 0.2)

    /// - Parameter maximumLeverage: 1 or more for rows that only some of which will be used: their leverage says nothing yet.
    public init(minimumCell: Int, maximumParametersPerRow: Double, maximumLeverage: Double) {
        self.minimumCell = minimumCell
        self.maximumParametersPerRow = maximumParametersPerRow
        self.maximumLeverage = maximumLeverage
    }
}

/// Which rows a design was made of, for the words of its problems.
public enum DesignRows: Sendable, Hashable {
    /// All that one party could bring, before any alignment.
    case own
    case aligned
}

/// Why a design cannot be trained on, with the names concerned.
public enum DesignProblem: Sendable, Equatable, Hashable, CustomStringConvertible {
    /// The term has one value on all rows.
    case constant(term: String)
    /// The term is, to the precision of the design, a linear combination of others that stand before it.
    case aliased(term: String, with: [String])
    case tooManyParameters(parameters: Int, rows: Int, limit: Double)
    /// `level` is nil for a numeric column that has one value on all but `rows` rows.
    case smallCell(column: String, level: String?, rows: Int, minimum: Int)
    /// `rows` rows have a leverage above the limit; which they are stays with the data.
    case leverage(rows: Int, largest: Double, limit: Double)
    /// Case weights of which few carry all: as many rows as have their sum and sum of squares (Kish 1965).
    case fewEffectiveRows(rows: Int, minimum: Int)
    /// A column whose mean is so many standard deviations from zero that an intercept on its scale has no digits left.
    case farFromZero(term: String, mean: Double, sd: Double)
    /// A linear label with values that a model's fixed-point numbers have no room for.
    case labelTooLarge(column: String, largest: Double, limit: Double)
    /// A gamma label in a unit that leaves predictors no room.
    case labelTooSmall(column: String, mean: Double, limit: Double)
    /// More events than a proportional-hazards model's job says.
    case tooManyEvents(column: String, events: Int, limit: Int)
    /// Rows whose observation ends above `after` and at most at `upTo`, between two times of a survival curve; nil for the start,
    /// and for rows under observation beyond the last time.
    case timesTooClose(
        column: String, after: Double?, upTo: Double?, stratum: Int? = nil, rows: Int, isWeighted: Bool = false,
        minimum: Int)
    /// More strata than the job has room for in survival curves.
    case tooManyStrata(column: String, strata: Int, limit: Int)

    public var description: String { description(over: .aligned) }

    public func description(over design: DesignRows) -> String {
        let (all, noun) = design == .own ? ("this site's own rows", "own rows") : ("the aligned rows", "rows")
        return switch self {
        case .constant(let term): "\(term) is constant on \(all)"
        case .aliased(let term, let others):
            others.isEmpty
                ? "\(term) is a linear combination of other terms"
                : "\(term) is a linear combination of \(others.joined(separator: ", "))"
        case .tooManyParameters(let parameters, let rows, let limit):
            "\(parameters) parameters for \(rows) \(noun): at most \(limit) a row are allowed"
        case .smallCell(let column, let level?, let rows, let minimum):
            "\(column) has its level \(level) on \(rows) \(noun): at least \(minimum) are needed"
        case .smallCell(let column, nil, let rows, let minimum):
            "\(column) differs from its commonest value on \(rows) \(noun): at least \(minimum) are needed"
        case .leverage(let rows, let largest, let limit):
            "\(rows) of \(all) \(rows == 1 ? "has" : "have") a leverage above \(limit), the largest \(Self.hundredths(largest)): "
                + "the fit would show \(rows == 1 ? "its outcome" : "their outcomes")"
        case .fewEffectiveRows(let rows, let minimum):
            "the case weights leave \(rows) effective rows: at least \(minimum) are needed"
        case .labelTooLarge(let column, let largest, let limit):
            "label '\(column)' has values up to \(largest) in magnitude, and a model has room for less than \(limit): bring it to another "
                + "unit, thousands or millions"
        case .labelTooSmall(let column, let mean, let limit):
            "label '\(column)' has a mean of \(mean), and a gamma model needs \(limit) or more: bring it to another unit; the intercept "
                + "alone changes by it"
        case .farFromZero(let term, let mean, let sd):
            "\(term) lies too far from zero for its spread (mean \(mean), standard deviation \(sd)): subtract a constant from it"
        case .tooManyEvents(let column, let events, let limit):
            "\(column) is yes on \(events) \(noun): at most \(limit) events are allowed"
        case .tooManyStrata(let column, let strata, let limit):
            "\(column) has \(strata) codes on these rows: at most \(limit) strata are allowed"
        case .timesTooClose(let column, let after, let upTo?, let stratum, let rows, let isWeighted, let minimum):
            "\(Self.within(stratum))\(column) is \(after.map { "above \(Self.plain($0)) and " } ?? "")at most \(Self.plain(upTo)) on \(rows) \(noun)\(Self.counted(isWeighted)) with an event: at "
                + "least \(minimum) are needed between times of the survival curve"
        case .timesTooClose(let column, let after, nil, let stratum, let rows, let isWeighted, let minimum):
            "\(Self.within(stratum))\(column) is above \(Self.plain(after ?? 0)) on \(rows) \(noun)\(Self.counted(isWeighted)) under observation then: at least \(minimum) must be left "
                + "after the last time of the survival curve"
        }
    }

    private static func counted(_ isWeighted: Bool) -> String { isWeighted ? " (counted by their weights)" : "" }

    private static func within(_ stratum: Int?) -> String { stratum.map { "in stratum \($0), " } ?? "" }

    private static func plain(_ time: Double) -> String { Int(exactly: time).map { "\($0)" } ?? "\(time)" }

    private static func hundredths(_ value: Double) -> String {
        guard value.isFinite else { return "not a number" }
        return "\((value * 100).rounded() / 100)"
    }
}

extension DesignMatrix {
    /// Everything that is wrong with the design, in the order of the terms; empty when it can be trained on.
    /// - Parameters:
    ///   - parameters: of the whole model, all parties' terms and the intercept; nil counts these terms and one.
    ///   - hasConstant: whether this party has the constant too: its part of each row's leverage.
    public func problems(
        limits: DesignLimits = .standard, parameters: Int? = nil, hasConstant: Bool = true
    ) -> [DesignProblem] {
        var problems: [DesignProblem] = []
        let parameters = parameters ?? termCount + 1
        if Double(parameters) > limits.maximumParametersPerRow * Double(rows) {
            problems.append(
                .tooManyParameters(parameters: parameters, rows: rows, limit: limits.maximumParametersPerRow))
        }
        for (term, scaling) in zip(termList, scalings) where scaling.sd == 0 {
            problems.append(.constant(term: term.name))
        }
        for (term, scaling) in zip(termList, scalings)
        where scaling.sd > 0 && abs(scaling.mean) > Self.farthest * scaling.sd {
            problems.append(.farFromZero(term: term.name, mean: scaling.mean, sd: scaling.sd))
        }
        for cell in cells where cell.rows < limits.minimumCell {
            problems.append(
                .smallCell(column: cell.column, level: cell.level, rows: cell.rows, minimum: limits.minimumCell))
        }
        for spec in specs {
            // One value on all but a few rows singles those rows out as a small level does. Constant ones are named above.
            if let rows = offModeRows[spec.name], rows > 0, rows < limits.minimumCell {
                problems.append(.smallCell(column: spec.name, level: nil, rows: rows, minimum: limits.minimumCell))
            }
        }
        let decomposition = Aliasing.decompose(columns)
        for alias in decomposition.aliases {
            problems.append(.aliased(term: termList[alias.column].name, with: alias.others.map { termList[$0].name }))
        }
        if limits.maximumLeverage < 1 {
            let leverage = leverage(
                decomposition, hasConstant: hasConstant, limit: limits.maximumLeverage)
            if leverage.rows > 0 {
                problems.append(
                    .leverage(rows: leverage.rows, largest: leverage.largest, limit: limits.maximumLeverage))
            }
        }
        return problems
    }

    /// A raw intercept opens with 26 bits before the point, its variance with 48 (`training.md` 6).
    private static let farthest = 0x1p20

    /// Throws `unfitDesign` with every problem.
    public func check(limits: DesignLimits = .standard, parameters: Int? = nil) throws(RecordsError) {
        let problems = problems(limits: limits, parameters: parameters)
        if !problems.isEmpty { throw .unfitDesign(problems) }
    }
}
