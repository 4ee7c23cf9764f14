extension Explanation {
    /// The explanation as plain text, at most 100 characters a line where words allow.
    public var text: String {
        var page = TextPage()
        page.line("\(title)", indent: 0)
        page.line("job \(job)", indent: 0)
        if !purpose.isEmpty { page.line(purpose, indent: 0) }
        page.heading("Who takes part")
        for party in parties {
            page.line("\(party.name), the \(party.role) party, table '\(party.table)'", indent: 2)
            page.item("identified by \(party.identifier)")
            if let label = party.label { page.item("label: \(label)") }
            page.item(party.features.isEmpty ? "no features" : "features: \(party.features.joined(separator: ", "))")
        }
        page.heading("What is computed")
        for line in [model, rows, keys] { page.line(line, indent: 2) }
        page.heading("What is opened")
        for line in opened { page.item(line) }
        if !warnings.isEmpty {
            page.heading("Look twice")
            for line in warnings { page.item(line) }
        }
        for phase in leakage.phases {
            let rows = leakage.filter { $0.phase == phase }
            page.heading(phase.title)
            for row in rows { add(row, to: &page) }
        }
        addGuards(to: &page)
        page.heading("What never leaves")
        for line in never { page.item(line) }
        page.heading("What is not prevented")
        for line in notPrevented { page.item(line) }
        page.heading("What this rests on")
        for line in assumptions { page.item(line) }
        return page.text
    }

    private func add(_ row: LeakageTable.Row, to page: inout TextPage) {
        if !row.sends.isEmpty { page.line("\(row.party) sends", indent: 2) }
        for line in row.sends { page.item(line) }
        if !row.learns.isEmpty { page.line("\(row.party) learns", indent: 2) }
        for line in row.learns { page.item(line) }
    }

    private func addGuards(to page: inout TextPage) {
        page.heading("Guards, each side before it starts, a verifier afterwards")
        for item in guards {
            page.item("\(item.name)\(item.loosened ? " (loosened by a factor of two)" : ""): \(item.rule)")
            if let finding = item.finding {
                page.line("\(finding.verdict.rawValue): \(finding.figures)", indent: 6)
                if let remedy = finding.remedy { page.line("to satisfy it: \(remedy)", indent: 6) }
            }
        }
        for finding in limits {
            page.item("\(finding.name): \(finding.verdict.rawValue): \(finding.figures)")
        }
    }
}

/// Lines of plain text, wrapped at words.
package struct TextPage {
    package private(set) var text = ""
    private let width: Int

    package init() { self.init(width: 100) }

    /// - Parameter width: most characters of a line, where words allow.
    init(width: Int) { self.width = width }

    package mutating func heading(_ title: String) { text += "\n\(title)\n" }

    package mutating func item(_ words: String) { wrap(words, first: "    - ", rest: "      ") }

    package mutating func line(_ words: String, indent: Int) {
        let space = String(repeating: " ", count: indent)
        wrap(words, first: space, rest: space)
    }

    /// Lines that are laid out already.
    package mutating func verbatim(_ lines: String) { text += lines + "\n" }

    mutating func wrap(_ words: String, first: String, rest: String) {
        var line = first
        var isEmpty = true
        for word in words.split(whereSeparator: \.isWhitespace) {
            if !isEmpty, line.count + 1 + word.count > width {
                text += line + "\n"
                line = rest
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        text += line + "\n"
    }
}
