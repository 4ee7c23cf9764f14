/// The elements that reports are made of.
extension HTML {
    static func heading(_ text: HTML) -> HTML { .element("h3", [], [text]) }

    static func paragraph(_ parts: HTML..., kind: String? = nil) -> HTML {
        .element("p", attributes(kind: kind), parts)
    }

    static func span(_ kind: String, _ parts: HTML...) -> HTML { .element("span", attributes(kind: kind), parts) }

    static func strong(_ parts: HTML...) -> HTML { .element("strong", [], parts) }

    static func code(_ text: String) -> HTML { .element("code", [], [.text(text)]) }

    static func list(_ items: [HTML]) -> HTML { .element("ul", [], items.map { .element("li", [], [$0]) }) }

    /// Names with what they stand for.
    static func facts(_ items: [(name: HTML, value: HTML)]) -> HTML {
        .element(
            "dl", [],
            items.map { item in
                .element("div", [], [.element("dt", [], [item.name]), .element("dd", [], [item.value])])
            })
    }

    /// What to type.
    static func commands(_ lines: [String]) -> HTML {
        .element("pre", [Attribute("tabindex", "0")], [.code(lines.joined(separator: "\n"))])
    }

    /// The program's own sentences, in which names of fields stand between backticks.
    static func prose(_ text: String) -> HTML {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
        guard parts.count % 2 == 1 else { return .text(text) }
        return .group(parts.enumerated().map { $0.offset % 2 == 1 ? .code($0.element) : .text($0.element) })
    }

    private static func attributes(kind: String?) -> [Attribute] { kind.map { [Attribute("class", $0)] } ?? [] }
}

/// A table of a page, with its caption, and with the scope of every heading said for those who hear it.
struct HTMLTable {
    let id: String
    let caption: HTML
    let header: [String]
    let sides: [TextTable.Side]
    private(set) var rows: [[HTML]] = []

    /// - Parameter id: unique in the page.
    init(id: String, caption: HTML, _ header: [String], sides: [TextTable.Side]) {
        self.id = id
        self.caption = caption
        self.header = header
        self.sides = sides
    }

    /// The first cell is the row's heading.
    mutating func add(_ cells: [HTML]) { rows.append(cells) }

    /// Nothing where it has no rows. Wide tables scroll in a frame of their own that the keyboard reaches.
    var html: HTML {
        guard !rows.isEmpty else { return [] }
        let name = "\(id)-caption"
        let table = HTML.element(
            "table", [.init("id", id)],
            [
                .element("caption", [.init("id", name)], [caption]),
                .element(
                    "thead", [],
                    [
                        .element(
                            "tr", [],
                            header.enumerated().map { index, title in
                                .element("th", [.init("scope", "col")] + side(index), [.text(title)])
                            })
                    ]),
                .element(
                    "tbody", [],
                    rows.map { cells in
                        .element(
                            "tr", [],
                            cells.enumerated().map { index, cell in
                                index == 0
                                    ? .element("th", [.init("scope", "row")] + side(0), [cell])
                                    : .element("td", side(index), [cell])
                            })
                    }),
            ])
        return .element(
            "div",
            [
                .init("class", "scroll"), .init("role", "region"), .init("aria-labelledby", name),
                .init("tabindex", "0"),
            ], [table])
    }

    private func side(_ column: Int) -> [HTML.Attribute] {
        column < sides.count && sides[column] == .right ? [.init("class", "number")] : []
    }
}
