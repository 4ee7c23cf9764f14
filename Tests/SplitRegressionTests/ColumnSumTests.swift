import Bignum
import Paillier
import TestSupport
import Testing

@testable import SplitRegression

@Suite("Sums over rows, piece by piece") struct ColumnSumTests {
    /// Products of many columns with all rows of a chunk would take more memory than the rows do.
    @Test func piecesAddUpToTheChunk() throws {
        var generator = SplitMix(11)
        let key = try SmallKeys.key(bits: 512)
        let rows = try key.encrypt(LimbVector((0..<7).map { BigInt($0 * $0 + 3) }, bits: 512), using: &generator)
        let columns: [[Int64]] = [[5, -7, 100, 0, 31, -1000, 8], [1, 2, 3, 4, 5, 6, 7]]
        func sums(_ largest: Int) throws -> [BigInt] {
            var sums = EncryptedColumnSums(key: key.publicKey, columnBits: [10, 3], expectedRows: 7)
            let pieces = RowChunks(rows: 7, multiple: 1, bytesPerRow: 0, largestRows: largest)
            try sums.add(rows, pieces: pieces) { piece in columns.map { Array($0[piece]) } }
            let evaluator = Evaluator(publicKey: key.publicKey, using: &generator)
            let opened = key.decrypt(evaluator.rerandomize(sums.finish(), using: &generator))
            return [opened[0], opened[1]]
        }
        let expected = columns.map { column in
            column.enumerated().reduce(0) { $0 + ($1.offset * $1.offset + 3) * Int($1.element) }
        }
        let n = key.publicKey.n
        for largest in [1, 3, 7] { #expect(try sums(largest) == expected.map { BigInt($0).mod(n) }) }
    }

    @Test(arguments: [1, 496, 5050, 500_000])
    func piecesAreBounded(_ columns: Int) throws {
        let layout = try ColumnSumLayout(
            columns: columns, valueBits: 60, scalarBits: 40, rows: 10_000, modulusBits: 2048)
        let piece = layout.pieces(of: 4096)
        let scalars = piece.rowsPerChunk * layout.rowsPerCiphertext * columns
        #expect(scalars <= 1 << 22 || piece.rowsPerChunk == 16)
        #expect(piece.rowsPerChunk == 4096 || piece.rowsPerChunk >= 16)
    }

    /// Cut anywhere, each row meets its own ciphertext and place.
    @Test func scalarsOfPieces() throws {
        let layout = try ColumnSumLayout(columns: 2, valueBits: 60, scalarBits: 40, rows: 100, modulusBits: 2048)
        let each = layout.rowsPerCiphertext
        // The last ciphertext is not full.
        let (rows, ciphertexts) = (4 * each + 1, 5)
        try #require(each > 1)
        func columns(_ part: Range<Int>) -> [[Int64]] { [part.map { Int64($0 + 1) }, part.map { Int64(-$0 - 1) }] }
        for place in 0..<each {
            let whole = layout.scalars(of: columns, place: place, in: 0..<ciphertexts, rows: rows)
            let expected = (0..<ciphertexts).map { $0 * each + place < rows ? Int64($0 * each + place + 1) : 0 }
            #expect(whole == [expected, expected.map { -$0 }])
            for cut in 1..<ciphertexts {
                let parts = [0..<cut, cut..<ciphertexts].map {
                    layout.scalars(of: columns, place: place, in: $0, rows: rows)
                }
                #expect([parts[0][0] + parts[1][0], parts[0][1] + parts[1][1]] == whole)
            }
        }
    }
}
