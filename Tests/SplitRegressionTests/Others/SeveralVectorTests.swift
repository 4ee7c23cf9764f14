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

        let handovers: [Sealed]
        let results: [Results]
        let scaledRows: [Scaled]
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
}
