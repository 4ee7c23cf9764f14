/// Rows of text in aligned columns, for people.
package struct TextTable {
    package enum Side { case left, right }

    private let sides: [Side]
    private var rows: [[String]]

    package init(_ header: [String], sides: [Side]) {
        rows = [header]
        self.sides = sides
    }

    package mutating func add(_ row: [String]) {
        rows.append(row)
    }

    package func text(indent: Int = 2) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        let margin = String(repeating: " ", count: indent)
        return rows.map { row in
            var line = margin
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                let right = column < sides.count && sides[column] == .right
                line += (column == 0 ? "" : "  ") + (right ? padding + cell : cell + padding)
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
