import Bignum
import Foundation
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// `protocols/vectors/multiparty-training.json`, made by a program that shares no code with this one.
@Suite("Vectors of a training over several parties") struct SeveralVectorTests {
    struct Vectors: Decodable {
        struct Sealed: Decodable {
            let modulusBits: Int
            let secret: String
            let session: String
            let width: Int
            let words: [String]
            let round: UInt32
            let chunk: Int
            let sealed: String
        }

        struct Results: Decodable {
            let modulusBits: Int
            let width: Int
            let each: Int
            let words: [String]
            let plaintexts: [String]
        }

        struct Scaled: Decodable {
            let modulusBits: Int
            let valueBits: Int
            let entryBits: Int
            let slotBits: Int
            let rowsPerResult: Int
        }

        struct Words: Decodable {
            let rows: Int
            let events: Int
            let values: Int
            let modulusBits: Int
            let slotBits: Int
            let slotsPerCiphertext: Int
            let outputsPerCiphertext: Int
            let ciphertextsPerInput: Int
            let resultCount: Int
            /// Output, value, ciphertext, lowest bit.
            let places: [[Int]]
        }

        struct PackedWords: Decodable {
            let rows: Int
            let events: Int
            let values: Int
            let modulusBits: Int
            let words: [[String]]
            /// By event, by row.
            let scalars: [[Int64]]
            let plaintexts: [String]
        }

        struct Hazards: Decodable {
            struct Counts: Decodable, Equatable {
                let shares: Int
                let results: Int
                let handedOver: Int
            }
            struct Steps: Decodable {
                let information: Counts
                let meat: Counts
            }

            let rows: Int
            let events: Int
            let otherColumns: [Int]
            let modulusBits: Int
            let steps: [Steps]
            let shares: Int
            let sums: Int
            let products: Int
        }

        let handovers: [Sealed]
        let results: [Results]
        let scaledRows: [Scaled]
        let words: [Words]
        let hazards: [Hazards]
        let levels: [Levels]
        let packedWords: [PackedWords]
        let leavers: [Leaver]

        struct Levels: Decodable {
            struct Counts: Decodable {
                let shares: Int
                let results: Int
                let handedOver: Int
                let split: Int
            }

            let rows: Int
            let events: Int
            let times: Int
            let levels: Int
            let modulusBits: Int
            let steps: [String: Counts]
            /// Between the active party and the helper, for each sum over places.
            let shares: Int
            let sums: Int
        }

        struct Leaver: Decodable {
            let linear: Bool
            let activeColumns: Int
            /// The helper's first.
            let passiveColumns: [Int]
            let decisionBits: Int
            let opened: [Double]
            let steps: String
            let end: String?

            var facts: TrainingFacts {
                TrainingFacts(
                    family: linear ? .linear : .logistic, rows: 1000, activeColumns: activeColumns,
                    passiveColumns: passiveColumns[0], otherColumns: Array(passiveColumns[1...]), penalty: 0,
                    tolerance: 1e-3, maximumPasses: 30, modulusBits: 2048, computesStandardErrors: true,
                    opensLoss: !linear, opensBrier: false, scaleBits: 0, weightBits: linear ? 0 : -2,
                    rowBits: linear ? 3 : 1, decisionBits: decisionBits)
            }
        }
    }

    @Test("Who leaves a column out, and when nobody does")
    func leavers() throws {
        func number(_ place: PassivePlace) -> Int { place.further.map { $0 + 1 } ?? 0 }
        for vector in try Self.vectors().leavers {
            let next = TrainingProgram(vector.facts).continuation(after: vector.opened)
            let names = next.steps.map { step in
                switch step {
                case .leaves(let place): "leaves \(number(place))"
                case .leaveOut(let place): "leaveOut \(number(place))"
                default: TrainingVectorTests.name(step)
                }
            }
            let steps = vector.steps.split(separator: ", ").map(String.init)
            #expect(Array(names.prefix(steps.count)) == steps)
            switch next.end {
            case .failed(let error): #expect(error.name == vector.end && names.count == steps.count)
            default: #expect(vector.end == nil ? names.count == steps.count : vector.end == "inverse")
            }
        }
    }

    private static func vectors() throws -> Vectors {
        let url = Repository.root.appending(path: "protocols/vectors/multiparty-training.json")
        return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url))
    }

    /// Hexadecimal numbers.
    private static func numbers(_ texts: [String], bits: Int) throws -> LimbVector {
        try LimbVector(texts.map { try #require(BigInt($0, radix: 16)) }, bits: bits)
    }

    private static func words(_ texts: [String]) throws -> [ShareWord] {
        let numbers = try numbers(texts, bits: 192)
        return texts.indices.map { numbers.word($0, at: 0, bits: 192) }
    }

    @Test("Handovers are sealed as an independent program seals them")
    func handovers() throws {
        for vector in try Self.vectors().handovers {
            let seal = HandoverSeal(
                secret: try Self.numbers([vector.secret], bits: vector.modulusBits), bits: vector.modulusBits,
                session: try #require(Bytes32(hex: vector.session)))
            let words = try Self.words(vector.words)
            let bytes = try seal.sealed(words, bits: vector.width, round: vector.round, chunk: vector.chunk)
            #expect(Hex.encode(bytes) == vector.sealed)
            #expect(
                seal.opened(
                    bytes, count: words.count, bits: vector.width, round: vector.round, chunk: vector.chunk) == words)
        }
    }

    @Test("Results stand in plaintexts where an independent program puts them")
    func results() throws {
        for vector in try Self.vectors().results {
            let layout = try ResultPacking(bits: vector.width, modulusBits: vector.modulusBits)
            #expect(layout.each == vector.each)
            let words = try Self.words(vector.words)
            #expect(layout.ciphertexts(words.count) == vector.plaintexts.count)
            let numbers = try Self.numbers(vector.plaintexts, bits: vector.modulusBits)
            #expect(layout.words(numbers, count: words.count) == words)
        }
    }

    @Test("Rows share results as an independent program lets them")
    func scaledRows() throws {
        for vector in try Self.vectors().scaledRows {
            let layout = try ScaledRowLayout(
                columns: 1, valueBits: vector.valueBits, entryBits: vector.entryBits, modulusBits: vector.modulusBits)
            #expect(layout.slotBits == vector.slotBits && layout.rowsPerResult == vector.rowsPerResult)
        }
    }

    @Test("Words of a row stand where an independent program puts them")
    func words() throws {
        for vector in try Self.vectors().words {
            let layout = try RiskSumLayout(
                .words, inputs: vector.rows, outputs: vector.events, values: vector.values, termBits: 152 + 62,
                modulusBits: vector.modulusBits)
            let found = [
                layout.slotBits, layout.slotsPerCiphertext, layout.outputsPerCiphertext, layout.ciphertextsPerInput,
                layout.resultCount,
            ]
            let wanted = [
                vector.slotBits, vector.slotsPerCiphertext, vector.outputsPerCiphertext, vector.ciphertextsPerInput,
                vector.resultCount,
            ]
            #expect(found == wanted, "\(vector.rows) \(vector.values)")
            for place in vector.places {
                let (ciphertext, bit) = layout.place(output: place[0], value: place[1])
                #expect([ciphertext, bit] == Array(place[2...]), "\(place)")
            }
        }
    }

    @Test("Sums of words are read where an independent program has put them")
    func packedWords() throws {
        for vector in try Self.vectors().packedWords {
            let layout = try RiskSumLayout(
                .words, inputs: vector.rows, outputs: vector.events, values: vector.values, termBits: 152 + 62,
                modulusBits: vector.modulusBits)
            let numbers = try Self.numbers(vector.plaintexts, bits: vector.modulusBits)
            #expect(numbers.count == layout.resultCount)
            let words = try vector.words.map { try Self.words($0) }
            for (output, scalars) in vector.scalars.enumerated() {
                for value in 0..<vector.values {
                    let sum = zip(words, scalars).reduce(ShareWord.zero) { $0 &+ $1.0[value] &* $1.1 }
                    let (ciphertext, bit) = layout.place(output: output, value: value)
                    let found = numbers.word(ciphertext, at: bit, bits: ShareWord.modulusBits)
                    #expect(found == sum.masked(), "\(output) \(value)")
                }
            }
        }
    }

    private static func all(_ sizes: ChunkSizes) -> Int { (0..<sizes.count).reduce(0) { $0 + sizes[$1] } }

    @Test("Levels of a further party's column take as much as an independent program says, and nothing of others")
    func furtherLevels() throws {
        for vector in try Self.vectors().levels {
            var facts = TrainingFacts(
                family: .cox, rows: vector.rows, activeColumns: 3, passiveColumns: 2, otherColumns: [2, 1], penalty: 0,
                tolerance: 1e-3, maximumPasses: 20, modulusBits: vector.modulusBits, computesStandardErrors: true,
                opensLoss: true, opensBrier: false, scaleBits: 0, weightBits: 2, rowBits: 4, events: vector.events)
            facts.comparison = LevelFacts(
                owner: .further(1), levels: vector.levels, hasTest: true, times: vector.times, minimumCell: 11)
            let width = vector.modulusBits / 4
            for (step, sums) in [(TrainingStep.levelTest, 1), (.levelCurves, 2)] {
                let wanted = try #require(vector.steps["\(step)"])
                for holder in [TrainingRole.active, .passive] {
                    #expect(try facts.exchanges(of: step, with: holder, ofOther: 0).isEmpty)
                }
                let ofActive = try facts.exchanges(of: step, with: .active, ofOther: 1)
                guard ofActive.count == 2, case .shape(let shape, .rowVectors, .crossSums) = ofActive[0] else {
                    Issue.record("\(ofActive)")
                    continue
                }
                #expect(Self.all(shape.request(width: width)) == wanted.shares)
                #expect(Self.all(shape.reply(width: width)) == wanted.results)
                let split = PlannedOtherExchange.handover(count: wanted.split, bits: ShareWord.modulusBits)
                #expect(ofActive[1] == split)
                #expect(
                    try facts.exchanges(of: step, with: .passive, ofOther: 1)
                        == [.handover(count: wanted.handedOver, bits: ShareWord.modulusBits), split])
                let words = try facts.exchanges(of: step).compactMap { exchange -> ExchangeShape? in
                    guard case .shape(let shape, .passive, .riskShares, _) = exchange else { return nil }
                    return shape
                }
                for shape in words.prefix(sums) {
                    #expect(Self.all(shape.request(width: width)) == vector.shares)
                    #expect(Self.all(shape.reply(width: width)) == vector.sums)
                }
                #expect(words.count == (sums == 1 ? 1 : 2 + vector.levels))
            }
        }
    }

    @Test("A comparison of levels of the helper's asks nothing of a further party and tells it nothing")
    func levels() throws {
        var facts = TrainingFacts(
            family: .cox, rows: 400, activeColumns: 3, passiveColumns: 2, otherColumns: [2, 1], penalty: 0,
            tolerance: 1e-3, maximumPasses: 20, modulusBits: 2048, computesStandardErrors: true, opensLoss: true,
            opensBrier: false, scaleBits: 0, weightBits: 2, rowBits: 4, events: 100)
        facts.comparison = LevelFacts(
            LevelPlan(owner: .sharing, column: "c", levels: ["x", "y"], hasTest: true, times: [6], minimumCell: 11))
        for step in [TrainingStep.levelTest, .levelCurves] {
            #expect(try !facts.exchanges(of: step).isEmpty && !step.isOpening)
            for (holder, index) in [(TrainingRole.active, 0), (.passive, 0), (.active, 1), (.passive, 1)] {
                #expect(try facts.exchanges(of: step, with: holder, ofOther: index).isEmpty)
            }
        }
    }

    @Test("Steps of proportional hazards take as many ciphertexts and numbers as an independent program says")
    func hazards() throws {
        for vector in try Self.vectors().hazards {
            let facts = TrainingFacts(
                family: .cox, rows: vector.rows, activeColumns: 3, passiveColumns: 2, otherColumns: vector.otherColumns,
                penalty: 0, tolerance: 1e-3, maximumPasses: 20, modulusBits: vector.modulusBits,
                computesStandardErrors: true, opensLoss: true, opensBrier: false, scaleBits: 0, weightBits: 2,
                rowBits: 4, events: vector.events, isRobust: true)
            let width = vector.modulusBits / 4
            for (index, steps) in vector.steps.enumerated() {
                for (step, wanted) in [
                    (TrainingStep.information(period: 32), steps.information),
                    (.meat(period: 32, scale: 0), steps.meat),
                ] {
                    let last = try facts.exchanges(of: step, with: .passive, ofOther: index).suffix(2)
                    guard case .shape(let shape, .scaledShares, .scaledRows) = last.first,
                        case .handover(let count, ShareWord.modulusBits) = last.last
                    else {
                        Issue.record("\(last)")
                        continue
                    }
                    let found = Vectors.Hazards.Counts(
                        shares: Self.all(shape.request(width: width)), results: Self.all(shape.reply(width: width)),
                        handedOver: count)
                    #expect(found == wanted)
                }
            }
            var counts: [[Int]] = []
            let exchanges = try facts.exchanges(of: .information(period: 32))
            for (exchange, next) in zip(exchanges, exchanges.dropFirst()) {
                guard case .shape(.riskSums(let layout), .passive, _, _) = exchange, layout.kind == .words,
                    case .shape(.elementProducts(_, let products), _, _, _) = next
                else { continue }
                let shape = ExchangeShape.riskSums(layout)
                counts.append([Self.all(shape.request(width: width)), Self.all(shape.reply(width: width)), products])
            }
            #expect(counts == [[vector.shares, vector.sums, vector.products]])
        }
    }
}
