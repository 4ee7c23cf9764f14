import Foundation
import Records
import TestSupport
import Testing

@testable import SplitRegression
@testable import Wire

/// Known answers about proportional hazards, by the same program as those of ``TrainingVectorTests`` (training.md 3.8, 3.9, 5.12).
@Suite("Vectors of proportional hazards") struct RiskVectorTests {
    private struct File: Decodable { let risk: Risk }

    /// Nothing where there is no room.
    struct RiskShape: Decodable {
        let slotBits, slotsPerCiphertext, outputsPerCiphertext, ciphertextsPerInput, resultCount: Int?

        var numbers: [Int?] {
            [slotBits, slotsPerCiphertext, outputsPerCiphertext, ciphertextsPerInput, resultCount]
        }
    }
    struct SharedProducts: Decodable {
        let slotBits, rowsPerCiphertext, ciphertextsPerRow: Int?

        var numbers: [Int?] { [slotBits, rowsPerCiphertext, ciphertextsPerRow] }
    }
    struct RiskWidths: Decodable {
        let facts: TrainingVectorTests.Facts
        let period: Double
        let error: String?
        let rateBits, scalarFractionBits: Int?
        let sums, hazards, columns, vectors: RiskShape?
        let reciprocalProducts, residualProducts: SharedProducts?
    }
    struct RiskLayout: Decodable {
        let kind: String
        let inputs, outputs, values, termBits, modulusBits: Int
        let error: String?
        let slotBits, slotsPerCiphertext, outputsPerCiphertext, ciphertextsPerInput, resultCount: Int?
    }
    struct SharedLayout: Decodable {
        let valueBits, modulusBits: Int
        let error: String?
        let slotBits, rowsPerCiphertext, ciphertextsPerRow: Int?
    }
    struct Exchange: Decodable {
        let type: Int
        let owner: String
        /// Chunks, and ciphertexts in all.
        let request, reply: [Int]
    }
    struct StepExchanges: Decodable {
        let step: String
        let exchanges: [Exchange]
    }
    struct Widths: Decodable { let active, passive: [Int] }
    struct FitExchanges: Decodable {
        let facts: TrainingVectorTests.Facts
        let period: Double
        let steps: [StepExchanges]
        let coefficients, variances: Widths
    }
    struct Reciprocals: Decodable {
        let reciprocals: String
        let factors: [Int]
    }
    struct Node: Decodable { let place, weight: Int64 }
    struct Sets: Decodable {
        let name, ties: String
        let time, event: [Double]
        let entry, weight: [Double]?
        let stratum: [Int]
        let rates: [Double]
        let fractionBits, places, events: Int
        let matrix, ofOwn: [[Int64]]
        let ofHazards, ofMeans: [[Int64]]?
        let x, sums, y, hazards: [Int64]
    }
    struct Risk: Decodable {
        let widths: [RiskWidths]
        let layouts: [RiskLayout]
        let products: [SharedLayout]
        let exchanges: [FitExchanges]
        let reciprocals: [Reciprocals]
        let path: [Node]
        let sets: [Sets]
    }

    private static func read() throws -> Risk {
        let url = Repository.root.appending(path: "protocols/vectors/training.json")
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).risk
    }

    private static func numbers(_ layout: RiskSumLayout) -> [Int?] {
        [
            layout.slotBits, layout.slotsPerCiphertext, layout.outputsPerCiphertext, layout.ciphertextsPerInput,
            layout.resultCount,
        ]
    }

    private static func numbers(_ layout: ElementLayout) -> [Int?] {
        [layout.slotBits, layout.rowsPerCiphertext, layout.terms]
    }

    private static func riskKind(_ name: String) -> RiskSumLayout.Kind {
        switch name {
        case "sums": .sums
        case "hazards": .hazards
        case "columns": .columns
        default: .vectors
        }
    }

    @Test func riskLayouts() throws {
        for item in try Self.read().layouts {
            func layout() throws -> RiskSumLayout {
                try RiskSumLayout(
                    Self.riskKind(item.kind), inputs: item.inputs, outputs: item.outputs, values: item.values,
                    termBits: item.termBits, modulusBits: item.modulusBits)
            }
            guard item.error == nil else {
                #expect(throws: TrainingError.keyTooSmall(bits: item.modulusBits)) { try layout() }
                continue
            }
            let found = Self.numbers(try layout())
            let wanted = [
                item.slotBits, item.slotsPerCiphertext, item.outputsPerCiphertext, item.ciphertextsPerInput,
                item.resultCount,
            ]
            #expect(found == wanted, "\(item.kind) \(item.inputs) \(item.values) \(item.termBits)")
        }
    }

    @Test func productsOfSharedNumbers() throws {
        for item in try Self.read().products {
            func layout() throws -> ElementLayout {
                try ElementLayout(valueBits: item.valueBits, terms: 2, modulusBits: item.modulusBits)
            }
            guard item.error == nil else {
                #expect(throws: TrainingError.keyTooSmall(bits: item.modulusBits)) { try layout() }
                continue
            }
            let found = Self.numbers(try layout())
            let wanted = [item.slotBits, item.rowsPerCiphertext, item.ciphertextsPerRow]
            #expect(found == wanted, "\(item.valueBits) \(item.modulusBits)")
        }
    }

    @Test func riskWidths() throws {
        for item in try Self.read().widths {
            let (facts, period) = (item.facts.value, item.period)
            guard item.error == nil else {
                #expect(throws: TrainingError.self) { try facts.riskLayout(period: period) }
                continue
            }
            let name = "\(facts.rows) \(facts.events) \(facts.modulusBits) \(period)"
            let rateBits = try facts.rateBits(period: period)
            #expect(rateBits == item.rateBits && facts.riskFractionBits == item.scalarFractionBits, "\(name)")
            let layouts: [RiskSumLayout?] = [
                try facts.riskLayout(period: period), try facts.hazardLayout(),
                try facts.riskColumnLayout(period: period), try facts.riskVectorLayout(period: period),
            ]
            let shapes = [item.sums, item.hazards, item.columns, item.vectors]
            for (layout, shape) in zip(layouts, shapes) {
                let found = layout.map { Self.numbers($0) }
                let wanted = shape.map { $0.numbers }
                #expect(found == wanted, "\(name)")
            }
            let reciprocals = Self.numbers(try facts.riskProductLayout())
            let residuals = Self.numbers(try facts.sharedProductLayout(period: period))
            #expect(reciprocals == item.reciprocalProducts?.numbers, "\(name)")
            #expect(residuals == item.residualProducts?.numbers, "\(name)")
        }
    }

    private static func step(_ name: String, period: Double) throws -> TrainingStep {
        switch name {
        case "startGradient": return .startGradient
        case "startInformation": return .startInformation
        case "rates": return .rates(period: period)
        case "risks": return .risks(period: period)
        case "residual": return .residual(period: period)
        case "gradient": return .gradient(period: period)
        case "information": return .information(period: period)
        case "pathSum": return .pathSum(0)
        case "wald": return .wald
        case "curve": return .curve
        case "levelTest": return .levelTest
        case "levelCurves": return .levelCurves
        case "coefficients": return .coefficients(fractionBits: 20)
        case "variances": return .variances
        case "meat 0": return .meat(period: period, scale: 0)
        case "robustVariances 0": return .robustVariances(scale: 0)
        default: return .reciprocals(try reciprocals(String(name.dropFirst("reciprocals ".count))))
        }
    }

    private static func reciprocals(_ name: String) throws -> TrainingStep.Reciprocals {
        let words = name.split(separator: " ")
        let iterations = try #require(words.last.flatMap { Int($0) })
        guard let exponent = words.first.flatMap({ Int($0) }) else { return .warm(iterations: iterations) }
        return .cold(exponent: exponent, iterations: iterations)
    }

    /// What goes over the wire: owners, types, chunks and ciphertexts in all.
    @Test func exchanges() throws {
        func sizes(_ chunks: ChunkSizes) -> [Int] {
            [chunks.count, (0..<chunks.count).reduce(0) { $0 + chunks[$1] }]
        }
        for item in try Self.read().exchanges {
            let facts = item.facts.value
            let width = 2 * (facts.modulusBits / 8)
            for vector in item.steps {
                let step = try Self.step(vector.step, period: item.period)
                var found: [[Int]] = []
                for exchange in try facts.exchanges(of: step) {
                    guard case .shape(let shape, let owner, let request, _) = exchange else { continue }
                    var numbers: [Int] = [Int(request.rawValue), owner == .active ? 0 : 1]
                    numbers += sizes(shape.request(width: width))
                    numbers += sizes(shape.reply(width: width))
                    found.append(numbers)
                }
                let wanted = vector.exchanges.map { exchange -> [Int] in
                    let head: [Int] = [exchange.type, exchange.owner == "active" ? 0 : 1]
                    return head + exchange.request + exchange.reply
                }
                #expect(found == wanted, "\(vector.step) \(facts.rows) \(facts.events)")
            }
            let coefficients = facts.coefficientWidths(fractionBits: facts.coefficientBits(spread: 1))
            let variances = facts.varianceWidths
            #expect(coefficients.active == item.coefficients.active && variances.active == item.variances.active)
            #expect(coefficients.passive == item.coefficients.passive && variances.passive == item.variances.passive)
        }
    }

    @Test func reciprocalsAndPath() throws {
        let vectors = try Self.read()
        for item in vectors.reciprocals {
            let factors = try Self.reciprocals(item.reciprocals).stretches
            #expect(factors == item.factors, "\(item.reciprocals)")
        }
        func units(_ value: Double) -> Int64 { Int64((value * 0x1p24).rounded()) }
        let found = TrainingFacts.pathNodes.map { [units($0.place), units($0.weight)] }
        let wanted = vectors.path.map { [$0.place, $0.weight] }
        #expect(found == wanted)
    }

    @Test func riskSets() throws {
        for item in try Self.read().sets {
            let sets = RiskSets(
                SurvivalColumns(time: item.time, entry: item.entry, stratum: item.stratum), event: item.event,
                weight: item.weight, ties: item.ties == "efron" ? .efron : .breslow)
            var map = RiskSums(
                sets, rates: item.rates, weight: item.weight, places: item.places, fractionBits: item.fractionBits)
            let rows = item.time.count
            let name = "\(item.name), \(item.ties), \(item.places) places"
            #expect(sets.events == item.events, "\(name)")
            func words(_ numbers: [Int64]) -> [ShareWord] { numbers.map { ShareWord($0) } }
            func unit(_ index: Int, of count: Int) -> [ShareWord] {
                (0..<count).map { $0 == index ? ShareWord(Int64(1)) : .zero }
            }
            // Column by column, and row by row.
            func check(_ factors: RiskSums.Factors, sums matrix: [[Int64]]) {
                map.factors = factors
                for row in 0..<rows {
                    let (found, wanted) = (map.sums(of: unit(row, of: rows)), words(matrix.map { $0[row] }))
                    #expect(found == wanted, "\(name), row \(row)")
                }
            }
            func check(_ factors: RiskSums.Factors, hazards matrix: [[Int64]]) {
                map.factors = factors
                for place in 0..<item.places {
                    let (found, wanted) = (
                        map.hazards(of: unit(place, of: item.places), count: rows), words(matrix[place])
                    )
                    #expect(found == wanted, "\(name), place \(place), \(factors)")
                }
            }
            check(.none, sums: item.matrix)
            check(.none, hazards: item.ofHazards ?? item.matrix)
            check(.columns([]), sums: item.ofMeans ?? item.matrix)
            check(.means, hazards: item.ofMeans ?? item.matrix)
            check(.own, hazards: item.ofOwn)
            map.factors = .none
            let (sums, hazards) = (map.sums(of: words(item.x)), map.hazards(of: words(item.y), count: rows))
            let (wantedSums, wantedHazards) = (words(item.sums), words(item.hazards))
            #expect(sums == wantedSums && hazards == wantedHazards, "\(name)")
        }
    }
}
