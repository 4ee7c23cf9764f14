import Foundation
import Records
import TestSupport
import Testing

@testable import SplitRegression
@testable import Wire

/// Known answers by a program that shares no code with this package (`protocols/vectors/training.py`).
@Suite("Vectors of trainings") struct TrainingVectorTests {
    struct Facts: Decodable {
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

        let elementary: Elementary
        let series: [Series]
        let layouts: [Layout]
        let squares: [Squares]
        let truncation: [Truncation]
        let programs: [Program]
        let payloads: Payloads
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
        case "curvature": .curvature
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

    @Test func bounds() throws {
        for item in try Self.read().payloads.bounds {
            let bytes = stride(from: 0, to: item.payload.count, by: 2).map {
                UInt8(item.payload.dropFirst($0).prefix(2), radix: 16) ?? 0
            }
            let isRead = (try? TrainingBounds(payload: bytes)) != nil
            #expect(isRead == item.allowed, "\(item.payload)")
        }
    }

    static func name(_ step: TrainingStep) -> String {
        func number(_ value: Double) -> String { String(Int(value)) }
        switch step {
        case .startGradient: return "startGradient"
        case .startInformation: return "startInformation"
        case .inverse(.cold(let exponent, let iterations)): return "cold \(exponent) \(iterations)"
        case .aliases: return "aliases"
        case .passiveAliases: return "aliases B"
        case .leaveOut(.sharing): return "leaveOut"
        case .leaveOut, .leaves: return "of several parties"
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
        case .curvature(let period): return "curvature \(number(period))"
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
