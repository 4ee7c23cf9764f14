/// What a column looks like, for the person who declares it. Local: minima, maxima and levels are about people.
public struct ColumnSummary: Sendable, Equatable, Codable {
    public enum Kind: String, Sendable, Codable {
        /// No cell has a value.
        case empty
        /// 0/1, true/false, yes/no, y/n.
        case yesNo = "yes/no"
        /// Numbers, all of them whole.
        case integer
        case number
        /// Few texts, each on many rows.
        case categorical
        case text
    }

    public struct Level: Sendable, Equatable, Codable {
        public let text: String
        public let rows: Int
    }

    public let name: String
    public let kind: Kind
    public let rows: Int
    public let missing: Int
    /// Distinct texts among the cells with a value.
    public let distinct: Int
    /// Of numeric and yes/no columns; sd is that of the population (ddof 0).
    public let minimum: Double?
    public let maximum: Double?
    public let mean: Double?
    public let sd: Double?
    /// The commonest first; only of columns with at most 20 distinct texts.
    public let levels: [Level]
    public let problems: [String]

    /// How a job would declare such a column (the reference level is the first in sort order); nil for empty and text.
    public var suggestedSpec: ColumnSpec? {
        switch kind {
        case .empty, .text: return nil
        case .integer, .number: return .numeric(name)
        case .yesNo: return .binary(name)
        case .categorical:
            let texts = levels.map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return .categorical(name, levels: texts, reference: texts[0])
        }
    }
}

extension Table {
    /// A summary of each kept column over all rows.
    public func describe(
        missing: MissingTokens = .standard, limits: DesignLimits = .standard
    ) -> [ColumnSummary] {
        columns.map { ColumnSummary($0, in: self, missing: missing, limits: limits) }
    }
}

extension ColumnSummary {
    private static let mostLevels = 20

    init(_ column: TextColumn, in table: Table, missing tokens: MissingTokens, limits: DesignLimits) {
        var counts: [[UInt8]: Int] = [:]
        var numbers: [Double] = []
        var missing = 0
        var firstNonNumber: Int?
        for row in 0..<column.count {
            let text = Text.trimmed(column[row])
            if tokens.contains(text) {
                missing += 1
                continue
            }
            counts[Text.level(text), default: 0] += 1
            if let number = DecimalText.number(text) {
                numbers.append(number)
            } else if firstNonNumber == nil {
                firstNonNumber = row
            }
        }
        let present = column.count - missing
        let isYesNo = !counts.isEmpty && counts.keys.allSatisfy { CellReader.yesNo($0[...]) != nil }
        let isNumeric = present > 0 && numbers.count == present
        if isYesNo {
            kind = .yesNo
            if !isNumeric {
                numbers = counts.flatMap { Array(repeating: CellReader.yesNo($0.key[...]) ?? 0, count: $0.value) }
            }
        } else if isNumeric {
            kind = numbers.allSatisfy { $0 == $0.rounded() } ? .integer : .number
        } else if present == 0 {
            kind = .empty
        } else {
            kind = counts.count <= Self.mostLevels && counts.count * 2 <= present ? .categorical : .text
        }
        let summarised = isYesNo || isNumeric
        let scaling = Scaling(measuring: numbers)
        name = column.name
        rows = column.count
        self.missing = missing
        distinct = counts.count
        minimum = summarised ? numbers.min() : nil
        maximum = summarised ? numbers.max() : nil
        mean = summarised ? scaling.mean : nil
        sd = summarised ? scaling.sd : nil
        let ranked = counts.map { Level(text: String(decoding: $0.key, as: UTF8.self), rows: $0.value) }
            .sorted { $0.rows != $1.rows ? $0.rows > $1.rows : $0.text < $1.text }
        levels = counts.count <= Self.mostLevels ? ranked : []

        var problems: [String] = []
        if Text.startsLikeFormula(column.name) { problems.append(ColumnProblem.formulaName.rawValue) }
        if present == 0 {
            problems.append("no cell has a value")
        } else if counts.count == 1 {
            problems.append("constant")
        }
        if !isNumeric, let row = firstNonNumber, numbers.count * 10 >= present * 9, !isYesNo {
            let others = present - numbers.count
            problems.append("\(others) cells are not numbers, the first in row \(table.line(ofRow: row))")
        }
        if kind == .yesNo || kind == .categorical {
            for level in ranked where level.rows < limits.minimumCell {
                problems.append(
                    "level \(level.text) on \(level.rows) rows, under the smallest cell (\(limits.minimumCell))")
            }
            let folded = Dictionary(grouping: ranked, by: { $0.text.lowercased() })
            for group in folded.values where group.count > 1 && kind == .categorical {
                problems.append(
                    "levels that differ in case only: \(group.map(\.text).sorted().joined(separator: ", "))")
            }
        }
        self.problems = problems
    }
}
