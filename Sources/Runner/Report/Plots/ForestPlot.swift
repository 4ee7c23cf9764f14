import Foundation

/// Effects with their 95% intervals, a line each: ratios on a logarithmic scale, differences on a plain one.
struct ForestPlot {
    private struct Line {
        let term: ReportedTerm
        let value: Double
        let low: Double?
        let high: Double?
    }

    private static let rowHeight = 20.0
    private static let (left, right) = (112.0, 268.0)
    /// Of a term's name, as wide as a small letter.
    private static let widestName = 17.0
    /// Ratios beyond e^5 either way, which no axis has room for, end in an arrow.
    private static let largestLogarithm = 5.0

    private let lines: [Line]
    private let hasRatios: Bool
    private let active: String
    private let passives: [String]

    /// - Parameters:
    ///   - active: whose marks are squares.
    ///   - passives: whose marks are circles.
    init(_ terms: [ReportedTerm], hasRatios: Bool, active: String, passives: [String]) {
        self.hasRatios = hasRatios
        self.active = active
        self.passives = passives
        func shown(_ value: Double?) -> Double? { value.map { hasRatios ? exp($0) : $0 } }
        lines = terms.filter { !$0.isIntercept && $0.note == nil }.compactMap { term in
            guard let effect = term.effect, let value = shown(effect.value), value.isFinite else { return nil }
            return Line(term: term, value: value, low: shown(effect.low), high: shown(effect.high))
        }
    }

    var isEmpty: Bool { lines.isEmpty }
    private var hasIntervals: Bool { lines.contains { $0.low != nil } }
    private var null: Double { hasRatios ? 1 : 0 }

    /// From the lowest end of an interval to the highest, with the value of no effect, as far as an axis has room.
    private var scale: Scale {
        let values = lines.flatMap { [$0.value, $0.low, $0.high].compactMap(\.self) } + [null]
        guard hasRatios else {
            let finite = values.filter(\.isFinite)
            let (low, high) = (finite.min() ?? -1, finite.max() ?? 1)
            let room = max((high - low) * 0.04, 1e-9)
            return Scale(low - room, high + room, from: Self.left, to: Self.right)
        }
        let logarithms = values.map { min(max(log($0), -Self.largestLogarithm), Self.largestLogarithm) }
        let (low, high) = (logarithms.min() ?? -1, logarithms.max() ?? 1)
        let room = max((high - low) * 0.04, 0.02)
        return Scale(exp(low - room), exp(high + room), from: Self.left, to: Self.right, isLogarithmic: true)
    }

    /// - Parameter name: what the values are.
    func figure(id: String, name: String) -> HTML {
        let scale = scale
        let bottom = 26 + Double(lines.count) * Self.rowHeight
        var figure = Figure(
            id: id,
            title: "\(StudyReport.sentence(name)) of each term\(hasIntervals ? " with 95% intervals" : "")",
            description: description, height: bottom + 34,
            caption: "\(caption)\(marks)")
        figure.shapes = [
            Drawing.text("term", 0, 14, kind: "faint"),
            Drawing.text(hasIntervals ? "\(name) (95% CI)" : name, Drawing.width, 14, kind: "faint end"),
            Drawing.line("reference", scale.place(null), 22, scale.place(null), bottom),
        ]
        for (index, line) in lines.enumerated() {
            figure.shapes += shapes(of: line, at: 36 + Double(index) * Self.rowHeight, scale)
        }
        figure.shapes.append(Drawing.line("axis", scale.from, bottom, scale.to, bottom))
        for value in scale.ticks(4) {
            figure.shapes.append(Drawing.line("axis", scale.place(value), bottom, scale.place(value), bottom + 4))
            figure.shapes.append(
                Drawing.text(Scale.label(value), scale.place(value), bottom + 16, kind: "faint middle"))
        }
        figure.shapes.append(Drawing.text(name, (scale.from + scale.to) / 2, bottom + 30, kind: "middle"))
        return figure.html
    }

    private func shapes(of line: Line, at y: Double, _ scale: Scale) -> [HTML] {
        let isActive = line.term.party == active
        let kind = isActive ? "first" : "other"
        var shapes = [Drawing.text(Self.short(line.term.term), 0, y + 4)]
        if let low = line.low, let high = line.high {
            shapes.append(Drawing.line(kind, scale.place(low), y, scale.place(high), y))
            if low < scale.low { shapes.append(Self.arrow(kind, scale.from, y, towards: -1)) }
            if high > scale.high { shapes.append(Self.arrow(kind, scale.to, y, towards: 1)) }
        }
        let mark = scale.place(line.value)
        shapes.append(
            isActive ? Drawing.square("first-mark", mark, y) : Drawing.circle("other-mark", mark, y))
        shapes.append(Drawing.text(Self.numbers(line), Drawing.width, y + 4, kind: "end"))
        return shapes
    }

    private static func arrow(_ kind: String, _ x: Double, _ y: Double, towards side: Double) -> HTML {
        Drawing.path(kind, through: [(x - side * 5, y - 4), (x, y), (x - side * 5, y + 4)])
    }

    private static func numbers(_ line: Line) -> String {
        let value = number(line.value)
        guard let low = line.low, let high = line.high else { return value }
        return "\(value) (\(number(low)) to \(number(high)))"
    }

    /// As a figure has room for; the table has more decimals.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return value > 0 ? "∞" : "-∞" }
        return abs(value) >= 1000 ? Number.scientific(value) : Number.fixed(value, decimals: abs(value) >= 10 ? 1 : 2)
    }

    private static func short(_ name: String) -> String {
        var width = 0.0
        for (index, character) in name.enumerated() {
            width += self.width(of: character)
            if width > widestName { return name.prefix(max(1, index - 1)) + "…" }
        }
        return name
    }

    /// In small letters, roughly; letters of other scripts may be twice as wide.
    private static func width(of character: Character) -> Double {
        guard character.isASCII else { return 1.8 }
        if "mwMW@%".contains(character) { return 1.5 }
        if "ijltfrI.,:;|'!()[] ".contains(character) { return 0.6 }
        return character.isUppercase ? 1.2 : 1
    }

    private var marks: String {
        let shown = Set(lines.map(\.term.party))
        guard shown.count > 1 else { return "" }
        let names = passives.filter(shown.contains)
        return shown.contains(active)
            ? " Squares: \(active). Circles: \(names.joined(separator: ", "))."
            : " Circles: \(names.joined(separator: ", "))."
    }

    private var caption: String {
        hasRatios
            ? "Columns of numbers: for one standard deviation more. Yes/no columns and levels: yes against no. "
                + "Right of 1: higher with more."
            : "Difference of the outcome, or of the model's predictor, for one standard deviation more of a column "
                + "of numbers, and for yes against no of any other."
    }

    private var description: String {
        lines.map { "\($0.term.term): \(Self.numbers($0))" }.joined(separator: "; ") + "."
    }
}
