import Foundation
import Records
import TestSupport
import Testing

@testable import SplitRegression
@testable import Wire

@Suite struct DescriptionVectorTests {
    private let vectors: DescriptionVectors

    init() throws {
        let file = Repository.root.appending(path: "protocols/vectors/describe.json")
        vectors = try JSONDecoder().decode(DescriptionVectors.self, from: Data(contentsOf: file))
    }

    private func shape(
        rows: Int, active: [DescribedColumn] = [], passive: [DescribedColumn], groups: Int, isWeighted: Bool,
        minimumCell: Int = 5, modulusBits: Int = 2048
    ) -> DescriptionShape {
        DescriptionShape(
            rows: rows, active: active, passive: passive, groups: groups, isWeighted: isWeighted,
            minimumCell: minimumCell, modulusBits: modulusBits)
    }

    private func word(_ text: String) throws -> ShareWord {
        var result = ShareWord.zero
        for digit in text.drop(while: { $0 == "-" }) {
            result = result &* 10 &+ ShareWord(Int64(try #require(digit.wholeNumberValue)))
        }
        return text.hasPrefix("-") ? -result : result
    }

    @Test func numbersOfRows() throws {
        for vector in vectors.columns.numeric {
            let column = try DescribedRows.numeric(vector.values, named: "x")
            guard case .numeric(let z, let s, let index, let values, let scale) = column else { continue }
            #expect(z == vector.z && s == vector.s && values == vector.different, "\(vector.name)")
            let rows = try DescribedRows([.numeric("x")], values: [vector.values])
            #expect(Array(rows.sumColumns(0..<index.count).dropFirst(2)) == vector.indicators, "\(vector.name)")
            #expect(
                scale.rounded == ColumnScale(mean: vector.scale.mean, sd: vector.scale.deviation), "\(vector.name)")
        }
        for vector in vectors.columns.weights {
            let levels = vector.groups == 1 ? [] : (0..<vector.groups).map { "g\($0)" }
            let rows = try GroupedRows(group: vector.group, weight: vector.values, levels: levels, minimum: 1)
            for (group, integers) in vector.integers.enumerated() {
                let own = zip(vector.group, rows.numbers[1]).map { $0 == group ? $1 : 0 }
                #expect(own == integers, "\(vector.name)")
            }
            let expected = zip(zip(vector.n, vector.weight), vector.squares).map {
                GroupSize(rows: $0.0, weight: $0.1, squares: $1)
            }
            #expect(rows.sizes == expected, "\(vector.name)")
        }
    }

    @Test func layouts() throws {
        for vector in vectors.layouts {
            let shape = shape(
                rows: vector.rows, passive: vector.columns.map(\.described), groups: vector.groups,
                isWeighted: vector.weighted, minimumCell: vector.minimumCell, modulusBits: vector.modulusBits)
            let layout = try shape.sumLayout()
            #expect(layout.slotBits == vector.slotBits && layout.slotsPerCiphertext == vector.slotsPerCiphertext)
            #expect(layout.ciphertextsPerRow == vector.ciphertextsPerRow && shape.sumColumns == vector.evaluatorColumns)
            let width = vector.modulusBits / 4
            let sums = ExchangeShape.packedSums(layout, rows: vector.rows)
            #expect(sums.requestRows(width: width).rowsPerChunk == vector.rowsPerChunk)
            #expect(sums.request(width: width).count == vector.rowChunks)
            #expect(sums.replyResults(width: width).rows == vector.sumCiphertexts)
            #expect(sums.replyResults(width: width).rowsPerChunk == vector.sumsPerChunk)
            #expect(sums.reply(width: width).count == vector.sumChunks)
            #expect(shape.passiveCells == vector.cells)
            let tests = shape.testChunks(cells: vector.cells)
            #expect(tests.rowsPerChunk == vector.cellsPerChunk && tests.count == vector.cellChunks)
        }
    }

    /// Words that are given.
    private struct Script: RandomNumberGenerator {
        var words: ArraySlice<UInt64>

        mutating func next() -> UInt64 { words.popFirst() ?? 0 }
    }

    @Test func orders() {
        for vector in vectors.orders {
            var script = Script(words: vector.words.compactMap { UInt64($0) }[...])
            let orders = vector.columns.map { TestOrder.drawn($0, using: &script) }
            #expect(orders == vector.order, "\(vector.name)")
            #expect(script.words.count == vector.words.count - vector.used, "\(vector.name)")
        }
    }

    @Test func numbers() throws {
        for vector in vectors.numbers.items {
            let shape = shape(
                rows: vector.rows, passive: [.numeric(values: 0), .levels(2)], groups: vector.groups.count,
                isWeighted: vector.weighted)
            let numbers = shape.numbers(shown: [true, true], vector.groups.map(\.size))
            for item in vector.items {
                let place = (item.item == "level" ? 1 : 0, item.item == "s" || item.item == "level" ? 1 : 0)
                let number = try #require(
                    numbers.first {
                        $0.column == place.0 && $0.item == place.1 && $0.block == item.block && $0.group == item.group
                    })
                #expect(number.cut == item.cut && number.bits == item.bits)
            }
        }
        func number(_ cut: Int, _ bits: Int, _ isSigned: Bool, most: UInt64? = nil) -> DescribedNumber {
            DescribedNumber(
                column: 0, block: 0, item: 0, group: 0, cut: cut, bits: bits, isSigned: isSigned, most: most)
        }
        for vector in vectors.numbers.openings {
            let number = number(vector.cut, vector.bits, vector.signed)
            let (a, b) = (try word(vector.a), try word(vector.b))
            #expect(number.opened(number.window(of: a), number.window(of: b)) == vector.number)
        }
        for vector in vectors.numbers.own {
            let number = number(vector.cut, vector.bits, vector.signed)
            let sent = number.whole(try word(vector.sum))
            #expect(sent.low == vector.sent && number.opened(sent) == vector.number)
        }
        for vector in vectors.numbers.sizes {
            let total = try #require(UInt64(vector.total))
            let most = total >> UInt64(vector.cut) + (vector.cut > 0 ? 1 : 0)
            let numbers = vector.levels.map { _ in number(vector.cut, 40, false, most: most) }
            #expect(numbers.allow(vector.levels) == vector.allowed)
        }
    }

    @Test func payloads() throws {
        for (type, cases) in vectors.payloads {
            for vector in cases {
                let bytes = try #require(Hex.decode(vector.payload))
                guard vector.bad == nil else {
                    #expect(throws: (any Error).self, "\(type) \(vector.bad ?? "")") { try read(type, bytes, vector) }
                    continue
                }
                #expect(try read(type, bytes, vector) == bytes, "\(type)")
            }
        }
    }

    /// What parties say of their own columns to others, and what all compare.
    @Test func parts() throws {
        for vector in vectors.parts {
            let payload = try #require(Hex.decode(vector.payload))
            let part = DescribedPart(
                values: vector.values, shown: vector.hidden.map { $0 == 0 },
                numbers: vector.numbers.compactMap { Int64($0) },
                scales: vector.scales.map { ColumnScale(mean: $0[0], sd: $0[1]) })
            #expect(try DescribedPartMessage(part).encoded() == payload)
            let groups = try GroupsMessage(payload: #require(Hex.decode(vector.groups))).groups
            let roots = Bytes32(hashing: try #require(Hex.decode(vector.roots)))
            #expect(try part.digest(party: vector.party, roots: roots, groups: groups).hex == vector.digest)
        }
    }

    /// Reads a payload, compares what it says, and writes it again.
    private func read(
        _ type: String, _ bytes: [UInt8], _ vector: DescriptionVectors.PayloadCase
    ) throws -> [UInt8] {
        switch type {
        case "0x0500":
            let message = try DescriptionSetup(payload: bytes)
            #expect(message.rows == vector.rows)
            return try message.encoded()
        case "0x0503":
            let message = try GroupsMessage(payload: bytes)
            #expect(message.groups.map { ["\($0.rows)", "\($0.weight)", "\($0.squares)"] } == vector.groups)
            return try message.encoded()
        case "0x0514":
            let message = try HiddenColumns(payload: bytes)
            #expect(message.flags.map { $0 ? 1 : 0 } == vector.flags)
            return try message.encoded()
        case "0x0517": return try DescribedPartMessage(payload: bytes).encoded()
        case "0x0518": return try PartDigests(payload: bytes).encoded()
        case "0x0515":
            let message = try DescribedNumbersMessage(payload: bytes)
            guard let words = message.numbers.words(bits: vector.bits ?? []) else {
                throw DescriptionError.protocolViolation("numbers")
            }
            return try DescribedNumbersMessage(words, bits: vector.bits ?? []).encoded()
        default:
            let message = try ScalesMessage(payload: bytes)
            #expect(message.scales.map { [$0.mean, $0.sd] } == vector.scales)
            return try message.encoded()
        }
    }

    @Test func groupsThatAreRefused() throws {
        for vector in vectors.refused {
            let shape = shape(
                rows: vector.rows, passive: [.levels(2)], groups: vector.groups, isWeighted: vector.weighted,
                minimumCell: vector.minimumCell)
            let groups = try GroupsMessage(payload: #require(Hex.decode(vector.payload))).groups
            #expect(shape.allows(groups) == (vector.why == nil), "\(vector.name)")
        }
    }

    @Test func results() throws {
        for vector in vectors.results {
            let shape = shape(
                rows: vector.rows, passive: vector.columns.map(\.described), groups: vector.groups.count,
                isWeighted: vector.weighted)
            let sizes = vector.groups.map(\.size)
            let numbers = shape.numbers(shown: vector.shown, sizes)
            let values = vector.numbers.flatMap { $0.flatMap { $0.flatMap { $0 } } }
            try #require(numbers.count == values.count, "\(vector.name)")
            let plan = DescriptionPlan(
                active: [], passive: vector.columns.map(\.spec),
                groups: sizes.count == 1 ? [] : sizes.indices.map { "g\($0)" }, isWeighted: vector.weighted,
                minimumCell: 5)
            let part = DescribedPart(
                values: vector.columns.filter { $0.levels == nil }.map { $0.values ?? 0 }, shown: vector.shown,
                numbers: values, scales: vector.scales.map { ColumnScale(mean: $0.mean, sd: $0.deviation) })
            let none = DescribedPart(values: [], shown: [], numbers: [], scales: [])
            let table = try DescriptionTable(plan, rows: vector.rows, groups: sizes, parts: [none, part])
            expect(table, vector)
        }
    }

    private func near(_ a: Double?, _ b: Double?) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        return abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))
    }

    private func expect(_ table: DescriptionTable, _ vector: DescriptionVectors.Result) {
        for (group, size) in zip(table.groups, vector.table.effectiveSizes ?? []) {
            #expect(near(group.effectiveSize, size), "\(vector.name)")
        }
        for (column, expected) in zip(table.columns, vector.table.columns) {
            #expect(column.lines.isEmpty == (expected == nil), "\(vector.name)")
            if let numeric = expected?.numeric, let line = column.lines.first {
                #expect(near(line.all.mean, numeric.all.mean) && near(line.all.sd, numeric.all.deviation))
                for (block, expected) in numeric.blocks.enumerated() {
                    let cells = block == 0 ? line.groups : line.weighted ?? []
                    for (cell, (mean, sd)) in zip(cells, zip(expected.means, expected.deviations)) {
                        #expect(near(cell.mean, mean) && near(cell.sd, sd), "\(vector.name)")
                    }
                    let difference = block == 0 ? line.difference : line.weightedDifference
                    #expect(near(difference, expected.difference), "\(vector.name)")
                }
            }
            guard let levels = expected?.levels else { continue }
            // In the order of levels; the vector has what the others leave last.
            let order = (levels.levels + [levels.rest[0]]).enumerated().sorted { $0.element < $1.element }.map(\.offset)
            for (line, index) in zip(column.lines, order) {
                #expect(line.all.count == levels.all.counts[index] && near(line.all.share, levels.all.shares[index]))
                for (block, expected) in levels.blocks.enumerated() {
                    let cells = block == 0 ? line.groups : line.weighted ?? []
                    for (group, cell) in cells.enumerated() {
                        #expect(near(cell.share, expected.shares[index][group]), "\(vector.name)")
                        if let counts = expected.counts { #expect(cell.count == counts[index][group]) }
                    }
                    let difference = block == 0 ? line.difference : line.weightedDifference
                    #expect(near(difference, expected.differences[index]), "\(vector.name)")
                }
            }
        }
    }

    // MARK: Transcripts

    /// Its messages, without keys and ciphertexts: through the follower that running sessions and verifiers ask.
    private func follow(_ vector: DescriptionVectors.Transcript) throws {
        let plan = DescriptionPlan(
            active: vector.columns.active.map(\.spec), passive: vector.columns.passive.map(\.spec),
            groups: vector.groups == 1 ? [] : (0..<vector.groups).map { "g\($0)" }, isWeighted: vector.weighted,
            minimumCell: vector.minimumCell, keyBits: vector.modulusBits)
        var setups: [String: DescriptionSetup] = [:]
        var follower: DescriptionFollower?
        for message in vector.messages {
            let type = MessageType(rawValue: message.type)
            let record = Record(
                session: .zero, from: message.from, to: message.from == "active" ? "passive" : "active", sequence: 0,
                protocolVersion: ProtocolVersion(id: type.protocolID, version: 1), type: type,
                round: message.round ?? 0, attempt: 0,
                chunk: Chunk(index: message.chunk ?? 0, count: message.chunks ?? 1), sentAt: 0,
                seen: TreeHead(size: 0, root: .zero), payload: [])
            let payload = message.payload.flatMap(Hex.decode) ?? []
            switch type {
            case .checkpoint: try follower?.takeCheckpoint(record)
            case .descriptionSetup: setups[message.from] = try DescriptionSetup(payload: payload)
            case .descriptionParameters: continue
            case .descriptionKey:
                guard let own = setups["active"], let other = setups["passive"], own.rows == other.rows,
                    let shape = plan.shape(rows: own.rows, activeValues: own.values, passiveValues: other.values)
                else { throw InspectionFailure(check: "T10", name: "setupsDiffer", sentence: "") }
                follower = DescriptionFollower(
                    shape: shape, active: "active", passive: "passive", width: vector.modulusBits / 4)
            case .groups: try follower?.take(GroupsMessage(payload: payload).groups, record)
            case .hiddenColumns: try follower?.take(HiddenColumns(payload: payload), record)
            case .describedNumbers: try follower?.take(DescribedNumbersMessage(payload: payload), record)
            case .scales: try follower?.take(ScalesMessage(payload: payload), record)
            default: try follower?.take(ciphertexts: message.ciphertexts ?? 0, record)
            }
        }
        try #require(follower).finish()
    }

    @Test func sessionsAreFollowed() throws {
        for vector in vectors.sessions { #expect(throws: Never.self, "\(vector.name)") { try follow(vector) } }
    }

    @Test func spoiledSessionsAreRefused() {
        // The size of a key is the key inspector's to see.
        for vector in vectors.spoiled where vector.name != "other key sizes" {
            #expect(throws: (any Error).self, "\(vector.name): \(vector.verdict ?? "")") { try follow(vector) }
        }
    }
}
