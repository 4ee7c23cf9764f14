import Foundation
import Records
import TestSupport
import Testing

@testable import SplitRegression
@testable import Wire

/// Known answers by a program that shares no code with this package (`protocols/vectors/training.py`).
@Suite("Vectors of trainings") struct TrainingVectorTests {
    private struct Facts: Decodable {
        let family: String
        let rows, activeColumns, passiveColumns: Int
        let penalty, l1, tolerance: Double
        let maximumPasses, modulusBits: Int
        let computesStandardErrors, opensLoss, opensBrier: Bool
        let scaleBits, weightBits, rowBits, periodBits, decisionBits: Int
        let isWeighted, estimatesTheta, isRobust: Bool
        let heldOutRows, folds: Int
        /// Of proportional hazards alone.
        let events: Int?
        let curvePoints: Int?
        /// Levels, whether there is a test, times of curves, smallest cell.
        let comparison: [Int]?

        var value: TrainingFacts {
            var facts = TrainingFacts(
                family: TrainingVectorTests.family(family), rows: rows, activeColumns: activeColumns,
                passiveColumns: passiveColumns, penalty: penalty, l1: l1, tolerance: tolerance,
                maximumPasses: maximumPasses,
                modulusBits: modulusBits, computesStandardErrors: computesStandardErrors, opensLoss: opensLoss,
                opensBrier: opensBrier, scaleBits: scaleBits, weightBits: weightBits, rowBits: rowBits,
                periodBits: periodBits, isWeighted: isWeighted, estimatesTheta: estimatesTheta, events: events ?? 0,
                curvePoints: curvePoints ?? 0,
                isRobust: isRobust, heldOutRows: heldOutRows, folds: folds, decisionBits: decisionBits)
            facts.comparison = comparison.map {
                LevelFacts(levels: $0[0], hasTest: $0[1] == 1, times: $0[2], minimumCell: $0[3])
            }
            return facts
        }
    }

    private struct Vectors: Decodable {
        struct Circle: Decodable { let turns, cosine, sine: String }
        struct Value: Decodable { let x, value: String }
        struct Elementary: Decodable {
            let circle: [Circle]
            let exp, log: [Value]
        }
        struct Series: Decodable {
            let family, kind: String
            let period: Double
            let modes: Int
            let constant: Double
            let cosines, sines: [Double]
            let largest, error: Double
        }
        /// Nothing where the kernel has no room.
        struct KernelShape: Decodable { let slotBits, entries, rowsPerGroup, length: Int? }
        struct Layout: Decodable {
            let facts: Facts
            let period: Double
            let kernels: [String: KernelShape]
        }
        struct Squares: Decodable {
            let facts: Facts
            let period: Double
            let scale, drop, valueBits, fractionBits, squareShift, slotBits, rowsPerCiphertext: Int
        }
        struct Truncation: Decodable {
            let shift: Int
            let common, active, passive, activeResult, passiveResult: String
        }
        struct End: Decodable {
            let name: String
            let converged: Bool?
        }
        struct Program: Decodable {
            let name: String
            let facts: Facts
            let opened: [Double]
            let steps: String
            let passes: Int
            let end: End?
        }
        struct Bounds: Decodable {
            let payload: String
            let allowed: Bool
        }
        struct Payloads: Decodable { let bounds: [Bounds] }
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
            let facts: Facts
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
            let facts: Facts
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

        let elementary: Elementary
        let series: [Series]
        let layouts: [Layout]
        let squares: [Squares]
        let truncation: [Truncation]
        let programs: [Program]
        let payloads: Payloads
        let risk: Risk
    }

    private static func family(_ name: String) -> ResponseFamily {
        switch name {
        case "linear": .linear
        case "logistic": .logistic
        case "probit": .probit
        case "poisson": .poisson
        case "gamma": .gamma
        case "cox": .cox
        default: .negativeBinomial(theta: 2)
        }
    }

    private static func kind(_ name: String) -> Kernel.Kind {
        switch name {
        case "mean": .mean
        case "weight": .weight
        case "loss": .loss
        case "dispersion": .dispersion
        case "pearson": .pearson
        default: .brier
        }
    }

    private static func read() throws -> Vectors {
        let url = Repository.root.appending(path: "protocols/vectors/training.json")
        return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url))
    }

    @Test func elementaryFunctions() throws {
        let vectors = try Self.read().elementary
        for item in vectors.circle {
            let (c, s) = ElementaryFunctions.cosineAndSine(turns: try #require(UInt64(item.turns)))
            #expect(abs(c - Double(item.cosine)!) < 4e-16 && abs(s - Double(item.sine)!) < 4e-16, "\(item.turns)")
        }
        for item in vectors.exp {
            let (found, expected) = (ElementaryFunctions.exp(Double(item.x)!), Double(item.value)!)
            #expect(found == expected || abs(found - expected) < max(4e-15 * expected, 0x1p-1060), "\(item.x)")
        }
        for item in vectors.log {
            let (found, expected) = (ElementaryFunctions.log(Double(item.x)!), Double(item.value)!)
            #expect(abs(found - expected) < 4e-15 * max(abs(expected), 0.1), "\(item.x)")
        }
    }

    @Test func series() throws {
        for item in try Self.read().series {
            let kernel = Kernel(
                family: Self.family(item.family), kind: Self.kind(item.kind), period: item.period, scaleBits: 0)
            let series = kernel.series()
            #expect(series.frequencies.count == item.modes, "\(item.family) \(item.kind)")
            #expect(abs(series.constant - item.constant) < 1e-6 * item.largest, "\(item.family) \(item.kind)")
            for k in item.cosines.indices {
                #expect(
                    abs(series.cosines[k] - item.cosines[k]) < 1e-6 * item.largest
                        && abs(series.sines[k] - item.sines[k]) < 1e-6 * item.largest,
                    "\(item.family) \(item.kind) \(k)")
            }
            #expect(series.error < 1.1 * item.error + 1e-12, "\(item.family) \(item.kind)")
        }
    }

    @Test func kernelLayouts() throws {
        for item in try Self.read().layouts {
            for (name, shape) in item.kernels {
                guard shape.slotBits != nil else {
                    #expect(throws: TrainingError.self) {
                        try item.facts.value.layout(Self.kind(name), period: item.period)
                    }
                    continue
                }
                let layout = try item.facts.value.layout(Self.kind(name), period: item.period)
                let found: [Int?] = [layout.slotBits, layout.entries, layout.rowsPerGroup, layout.kernel.length]
                let wanted = [shape.slotBits, shape.entries, shape.rowsPerGroup, shape.length]
                #expect(
                    found == wanted, "\(item.facts.family) \(name) \(item.facts.rows) \(item.facts.modulusBits)")
            }
        }
    }

    @Test func squares() throws {
        for item in try Self.read().squares {
            let shape = try item.facts.value.scoreShape(period: item.period, scale: item.scale)
            let layout = try item.facts.value.elementLayout(period: item.period, scale: item.scale)
            let found = [
                shape.drop, shape.bits, shape.fractionBits, shape.squareShift, layout.slotBits,
                layout.rowsPerCiphertext,
            ]
            let wanted = [
                item.drop, item.valueBits, item.fractionBits, item.squareShift, item.slotBits, item.rowsPerCiphertext,
            ]
            #expect(found == wanted, "\(item.facts.family) \(item.facts.modulusBits) \(item.scale)")
        }
    }

    @Test func truncation() throws {
        func word(_ text: String) -> ShareWord {
            let part = (0..<3).map { UInt64(text.dropFirst(16 * $0).prefix(16), radix: 16) ?? 0 }
            return ShareWord(low: part[2], middle: part[1], high: part[0])
        }
        for item in try Self.read().truncation {
            for (own, expected, isActive) in [
                (item.active, item.activeResult, true), (item.passive, item.passiveResult, false),
            ] {
                let found = LocalTruncation.share(
                    word(own), shift: item.shift, common: word(item.common), isActive: isActive)
                let wanted = word(expected)
                #expect(found == wanted)
            }
        }
    }

    @Test func programs() throws {
        for item in try Self.read().programs {
            let next = TrainingProgram(item.facts.value).continuation(after: item.opened)
            #expect(next.steps.map(Self.name).joined(separator: ", ") == item.steps, "\(item.name)")
            #expect(next.passes == item.passes, "\(item.name)")
            switch next.end {
            case nil: #expect(item.end == nil, "\(item.name)")
            case .fitted(let summary):
                #expect(item.end?.name == "fitted" && item.end?.converged == summary.converged, "\(item.name)")
            case .failed(let error): #expect(item.end?.name == error.name, "\(item.name)")
            }
        }
    }

    // MARK: Proportional hazards

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
        for item in try Self.read().risk.layouts {
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
        for item in try Self.read().risk.products {
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
        for item in try Self.read().risk.widths {
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
        for item in try Self.read().risk.exchanges {
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
        let vectors = try Self.read().risk
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
        for item in try Self.read().risk.sets {
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

    @Test func bounds() throws {
        for item in try Self.read().payloads.bounds {
            let bytes = stride(from: 0, to: item.payload.count, by: 2).map {
                UInt8(item.payload.dropFirst($0).prefix(2), radix: 16) ?? 0
            }
            let isRead = (try? TrainingBounds(payload: bytes)) != nil
            #expect(isRead == item.allowed, "\(item.payload)")
        }
    }

    private static func name(_ step: TrainingStep) -> String {
        func number(_ value: Double) -> String { String(Int(value)) }
        switch step {
        case .startGradient: return "startGradient"
        case .startInformation: return "startInformation"
        case .inverse(.cold(let exponent, let iterations)): return "cold \(exponent) \(iterations)"
        case .aliases: return "aliases"
        case .passiveAliases: return "aliases B"
        case .leaveOut: return "leaveOut"
        case .movements: return "movements"
        case .inverse(.further(let iterations)): return "further \(iterations)"
        case .inverse(.warm(let iterations)): return "warm \(iterations)"
        case .inverse(.more(let iterations)): return "more \(iterations)"
        case .trace: return "trace"
        case .direction: return "direction"
        case .norm(let level): return "norm \(level)"
        case .move(let shift): return "move \(shift)"
        case .stay: return "stay"
        case .steady: return "steady"
        case .accept: return "accept"
        case .predictor(let period): return "predictor \(number(period))"
        case .rates(let period): return "rates \(number(period))"
        case .risks(let period): return "risks \(number(period))"
        case .reciprocals(.cold(let exponent, let iterations)): return "reciprocals \(exponent) \(iterations)"
        case .reciprocals(.warm(let iterations)): return "reciprocals warm \(iterations)"
        case .riskTrace: return "riskTrace"
        case .pathPoint(let node): return "pathPoint \(node)"
        case .pathSum(let node): return "pathSum \(node)"
        case .pathIntegral: return "pathIntegral"
        case .curve: return "curve"
        case .levelTest: return "levelTest"
        case .levelCurves: return "levelCurves"
        case .null: return "null"
        case .wald: return "wald"
        case .score: return "score"
        case .residual(let period): return "residual \(number(period))"
        case .weigh(.weight): return "weigh weight"
        case .weigh(.root): return "weigh root"
        case .gradient(let period): return "gradient \(number(period))"
        case .information(let period): return "information \(number(period))"
        case .sum(.loss, let period): return "sum loss \(number(period))"
        case .sum(.dispersion, let period): return "sum dispersion \(number(period))"
        case .sum(_, let period): return "sum brier \(number(period))"
        case .squares(let period): return "squares \(number(period))"
        case .theta: return "theta"
        case .residualSum: return "residualSum"
        case .coefficients(let bits): return "coefficients \(bits)"
        case .range(let period): return "range \(number(period))"
        case .variances: return "variances"
        case .correlations: return "correlations"
        case .propose: return "propose"
        case .jointGradient: return "jointGradient"
        case .heldOutRange(let period): return "heldOutRange \(number(period))"
        case .heldOutSum(.loss, let period): return "heldOutSum loss \(number(period))"
        case .heldOutSum(_, let period): return "heldOutSum brier \(number(period))"
        case .heldOutSquares: return "heldOutSquares"
        case .sumRange(let period): return "sumRange \(number(period))"
        case .foldInformation(let period): return "foldInformation \(number(period))"
        case .foldPoints(let period): return "foldPoints \(number(period))"
        case .foldRange(let period): return "foldRange \(number(period))"
        case .foldPredictor(let period): return "foldPredictor \(number(period))"
        case .foldSum(.loss, let period): return "foldSum loss \(number(period))"
        case .foldSum(_, let period): return "foldSum brier \(number(period))"
        case .foldSquares: return "foldSquares"
        case .meat(let period, let scale): return "meat \(number(period)) \(scale)"
        case .robustVariances(let scale): return "robustVariances \(scale)"
        case .checkpoint: return "checkpoint"
        }
    }
}
