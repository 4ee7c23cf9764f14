extension Explanation {
    /// The explanation on one screen: at most 60 lines for a job with a few columns and no more rows of other protocols, at most 100
    /// characters a line where words allow. Names in long lists are cut; `leakage` has the whole table.
    public var text: String {
        var page = TextPage()
        page.line(title, indent: 0)
        page.line("job \(job)", indent: 0)
        if !purpose.isEmpty { page.line(purpose, indent: 0) }
        for words in loss { page.line(words, indent: 0) }
        for party in parties { page.line(party.line, indent: 0) }
        page.line(
            "\(model). Limits: \(rows). \(keys). Opened: \(opened.joined(separator: ", ")). "
                + "Alignment of a pair by \(alignmentBrief)", indent: 0)
        page.list("Each party sends the other", eachSends)
        page.list("Each party learns of the other", eachLearns)
        for party in parties {
            let lines = party.sends.map { "sends: \($0)" } + party.learns.map { "learns: \($0)" }
            page.list("\(party.name) alone", lines)
        }
        for phase in added.phases {
            page.heading(phase.title)
            for row in added where row.phase == phase { add(row, to: &page) }
        }
        page.list("Guards, checked by each side before it trains", guards.map(\.line) + limits.compactMap(\.line))
        page.list("Look twice", warnings, closing: Self.rest)
        return page.text
    }

    private static let rest =
        "What is bounded and not prevented, and the whole table: protocols/leakage.md 1 to 6"

    private func add(_ row: LeakageTable.Row, to page: inout TextPage) {
        if !row.sends.isEmpty { page.line("\(row.party) sends", indent: 2) }
        for line in row.sends { page.item(line) }
        if !row.learns.isEmpty { page.line("\(row.party) learns", indent: 2) }
        for line in row.learns { page.item(line) }
    }
}

extension Explanation.PartySummary {
    private static let mostNames = 9

    fileprivate var line: String {
        let more = features.count > Self.mostNames ? " and \(features.count - Self.mostNames) more" : ""
        let names = features.isEmpty ? "no features" : features.prefix(Self.mostNames).joined(separator: ", ") + more
        return
            "\(name), the \(role) party: table '\(table)' by \(identifier); \(label.map { "label \($0); " } ?? "")"
            + beside.map { "\($0); " }.joined() + names
    }
}

extension Explanation.GuardSummary {
    fileprivate var line: String {
        let words = loosened ? "\(name) (loosened)" : name
        guard let finding, finding.verdict != .notEvaluated else { return "\(words): \(brief)" }
        return "\(words): \(finding.line ?? finding.figures)"
    }
}

extension GuardFinding {
    /// nil where there is nothing to do.
    fileprivate var line: String? {
        guard verdict == .refused else { return nil }
        return "REFUSED (\(name)): \(figures); to satisfy it: \(remedy ?? "")"
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

    package mutating func item(_ words: String) { wrap(words, first: "  - ", rest: "    ") }

    package mutating func line(_ words: String, indent: Int) {
        let space = String(repeating: " ", count: indent)
        wrap(words, first: space, rest: space)
    }

    /// A leakage table, phase by phase.
    mutating func table(_ leakage: [LeakageTable.Row]) {
        for phase in leakage.phases {
            heading(phase.title)
            for row in leakage where row.phase == phase {
                if !row.sends.isEmpty { line("\(row.party) sends", indent: 2) }
                for words in row.sends { item(words) }
                if !row.learns.isEmpty { line("\(row.party) learns", indent: 2) }
                for words in row.learns { item(words) }
            }
        }
    }

    /// Lines that are laid out already.
    package mutating func verbatim(_ lines: String) { text += lines + "\n" }

    /// A heading with items, if there are any.
    ///
    /// - Parameters:
    ///   - closing: the last item, which always stands.
    ///   - most: lines of the page; items that would pass it are counted instead.
    mutating func list(_ title: String, _ items: [String], closing: String? = nil, within most: Int = .max) {
        guard !items.isEmpty || closing != nil else { return }
        heading(title)
        let narrow = { (words: String, page: TextPage) -> Int in
            var page = page
            page.item(words)
            return page.text.count { $0 == "\n" }
        }
        let reserved = closing == nil ? 0 : 2
        for (index, item) in items.enumerated() {
            guard narrow(item, self) + reserved <= most else {
                self.item("and \(items.count - index) more points")
                break
            }
            self.item(item)
        }
        if let closing { item(closing) }
    }

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
