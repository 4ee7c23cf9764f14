/// The equations of a store that peeling leaves, solved by elimination over all cells that they have.
struct StoreCore: Sendable {
    /// A reduced equation.
    private struct Line: Sendable {
        /// Bit by column.
        var cells: [UInt64]
        /// Bit by place among the core's equations: whose values add up to this line's.
        var sources: [UInt64]
        var pivot = 0

        func has(_ column: Int) -> Bool { cells[column / 64] >> UInt64(column % 64) & 1 == 1 }

        mutating func add(_ other: Line) {
            for index in cells.indices { cells[index] ^= other.cells[index] }
            for index in sources.indices { sources[index] ^= other.sources[index] }
        }
    }

    /// A core above this would take too long: it counts as a failure of the seed.
    static let largest = 1 << 15

    private let equations: [Int]
    /// Cells by column, ascending.
    private let columns: [Int]
    private var lines: [Line] = []

    var size: Int { equations.count }

    /// - Returns: nil where some of the rows add up to zero, or there are too many.
    init?(_ equations: [Int], of rows: [StoreRow], _ shape: StoreShape) {
        guard equations.count <= Self.largest else { return nil }
        self.equations = equations
        let used = Set(equations.flatMap { [rows[$0].sparse.0, rows[$0].sparse.1, rows[$0].sparse.2] }).sorted()
        columns = equations.isEmpty ? [] : used + (shape.sparse..<shape.cells)
        let places = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) })
        let words = (columns.count + 63) / 64
        for (place, equation) in equations.enumerated() {
            var line = Line(
                cells: [UInt64](repeating: 0, count: words),
                sources: [UInt64](repeating: 0, count: (equations.count + 63) / 64))
            let row = rows[equation]
            for cell in [row.sparse.0, row.sparse.1, row.sparse.2] {
                guard let column = places[cell] else { return nil }
                line.cells[column / 64] |= 1 << UInt64(column % 64)
            }
            for t in 0..<StoreShape.dense where row.dense >> UInt64(t) & 1 == 1 {
                let column = used.count + t
                line.cells[column / 64] |= 1 << UInt64(column % 64)
            }
            line.sources[place / 64] |= 1 << UInt64(place % 64)
            for earlier in lines where line.has(earlier.pivot) { line.add(earlier) }
            guard let word = line.cells.firstIndex(where: { $0 != 0 }) else { return nil }
            line.pivot = 64 * word + line.cells[word].trailingZeroBitCount
            lines.append(line)
        }
    }

    /// Sets the pivots from the last to the first: a line has no pivot of an earlier one.
    func solve(values: [ShareValue], cells: inout [ShareValue]) {
        for line in lines.reversed() {
            var sum = ShareValue.zero
            Self.each(of: line.sources) { sum ^= values[equations[$0]] }
            Self.each(of: line.cells) { sum ^= $0 == line.pivot ? .zero : cells[columns[$0]] }
            cells[columns[line.pivot]] = sum
        }
    }

    private static func each(of words: [UInt64], _ body: (Int) -> Void) {
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                body(64 * index + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }
}
