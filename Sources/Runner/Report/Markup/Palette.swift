/// The colours of a report, in daylight and at night. Text on what it stands on has at least the contrast of WCAG 2.2 AA (4.5 to
/// 1), and lines of figures that of graphics (3 to 1); a test computes both.
struct Palette: Sendable {
    enum Colour: String, CaseIterable, Sendable {
        case paper, panel, ink, muted, line, accent, second
        case good
        case goodPaper = "good-paper"
        case bad
        case badPaper = "bad-paper"
        case caution
        case cautionPaper = "caution-paper"
    }

    /// `#rrggbb` each.
    let values: [Colour: String]

    static let light = Palette(values: [
        .paper: "#ffffff", .panel: "#f4f6f8", .ink: "#1a2027", .muted: "#55606c", .line: "#d3d9df", .accent: "#0a5a87",
        .second: "#9a4a00", .good: "#135a33", .goodPaper: "#e6f4ec", .bad: "#8f1016", .badPaper: "#fde9e8",
        .caution: "#6b4400", .cautionPaper: "#fff3d6",
    ])

    static let dark = Palette(values: [
        .paper: "#13171c", .panel: "#1d232a", .ink: "#e8ebee", .muted: "#a6b0bb", .line: "#3a434d", .accent: "#7fc4ee",
        .second: "#f2a65e", .good: "#93dbb0", .goodPaper: "#12301f", .bad: "#ffb3ad", .badPaper: "#4a1215",
        .caution: "#f5cd7a", .cautionPaper: "#3a2c08",
    ])

    /// Which colours stand as text on which.
    static let texts: [(text: Colour, on: Colour)] = [
        (.ink, .paper), (.muted, .paper), (.accent, .paper), (.second, .paper), (.ink, .panel), (.muted, .panel),
        (.accent, .panel), (.good, .goodPaper), (.bad, .badPaper), (.caution, .cautionPaper), (.good, .paper),
        (.bad, .paper), (.caution, .paper), (.paper, .bad),
    ]

    /// Which draw what a figure says.
    static let strokes: [(stroke: Colour, on: Colour)] = [(.accent, .paper), (.second, .paper), (.muted, .paper)]

    /// As properties of a style sheet.
    var properties: String {
        Colour.allCases.map { "--\($0.rawValue): \(values[$0] ?? "#000000");" }.joined(separator: " ")
    }
}
