/// Shapes of a figure. Lengths are in units of a drawing that is 400 wide, so that its text can be read on a
/// telephone too.
enum Drawing {
    static let width = 400.0

    static func line(_ kind: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> HTML {
        .element(
            "line",
            [.init("class", kind)]
                + [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)].map { .init($0.0, number($0.1)) }, [])
    }

    static func path(_ kind: String, through points: [(x: Double, y: Double)]) -> HTML {
        let steps = points.enumerated().map {
            "\($0.offset == 0 ? "M" : "L")\(number($0.element.x)) \(number($0.element.y))"
        }
        return .element("path", [.init("class", kind), .init("d", steps.joined(separator: " "))], [])
    }

    static func circle(_ kind: String, _ x: Double, _ y: Double, radius: Double = 3.5) -> HTML {
        .element(
            "circle",
            [.init("class", kind), .init("cx", number(x)), .init("cy", number(y)), .init("r", number(radius))], [])
    }

    static func square(_ kind: String, _ x: Double, _ y: Double, side: Double = 7) -> HTML {
        .element(
            "rect",
            [
                .init("class", kind), .init("x", number(x - side / 2)), .init("y", number(y - side / 2)),
                .init("width", number(side)), .init("height", number(side)),
            ], [])
    }

    static func text(_ text: String, _ x: Double, _ y: Double, kind: String = "") -> HTML {
        .element(
            "text", (kind.isEmpty ? [] : [.init("class", kind)]) + [.init("x", number(x)), .init("y", number(y))],
            [.text(text)])
    }

    private static func number(_ value: Double) -> String { Number.short(value, decimals: 2) }
}

/// A drawing with its name, its words for those who do not see it, and its caption. The same numbers stand in a table
/// beside it.
struct Figure {
    /// Unique in the page.
    let id: String
    let title: String
    /// What is to be seen.
    let description: String
    let height: Double
    let caption: HTML
    var shapes: [HTML] = []

    var html: HTML {
        let drawing = HTML.element(
            "svg",
            [
                .init("xmlns", "http://www.w3.org/2000/svg"), .init("role", "img"),
                .init("viewBox", "0 0 400 \(Int(height.rounded(.up)))"),
                .init("aria-labelledby", "\(id)-title \(id)-description"),
            ],
            [
                .element("title", [.init("id", "\(id)-title")], [.text(title)]),
                .element("desc", [.init("id", "\(id)-description")], [.text(description)]),
            ] + shapes)
        return .element("figure", [.init("id", id)], [drawing, .element("figcaption", [], [caption])])
    }
}
