import Bignum
import TestSupport
import Testing

/// Arithmetic modulo the square of a known root against plain GMP and against the square alone.
@Suite struct SquareModulusTests {
    static let cases = ArithmeticPath.allCases.flatMap { path in
        [2, 64, 383, 384, 1024, 1536, 1900, 2048, 3072].map { (path, $0) }
    }

    /// Edge values of both components, then random ones.
    private static func values(root n: BigInt, count: Int, seed: UInt64) -> [BigInt] {
        let square = n * n
        let edges = [0, 1, n - 1, n, n + 1, square - n, square - n - 1, square - 1, (n - 1) * n]
        return Array((edges + edgeValues(below: square, count: count, seed: seed)).prefix(count))
    }

    @Test(arguments: cases)
    func elementwise(path: ArithmeticPath, bits: Int) throws {
        for n in [oddModulus(bits: bits, seed: 1), (BigInt(1) << bits) - 1, (BigInt(1) << (bits - 1)) + 1] {
            let square = n * n
            let modulus = try Modulus(squareOf: n, path: path)
            #expect(modulus.value == square)
            for count in [1, 8, 21] {
                let a = Self.values(root: n, count: count, seed: 2)
                let b = Array(Self.values(root: n, count: count, seed: 3).reversed())
                let (x, y) = (try ResidueVector(a, modulus: modulus), try ResidueVector(b, modulus: modulus))
                #expect(x.values().bigInts() == a)
                #expect(x.multiplied(by: y).values().bigInts() == zip(a, b).map { ($0 * $1).mod(square) })
                #expect(x.squared().values().bigInts() == a.map { ($0 * $0).mod(square) })
                #expect(y[0..<1].multiplied(by: x).values().bigInts() == a.map { ($0 * b[0]).mod(square) })
                // A long chain: nothing that is left unreduced grows.
                var (chain, expected) = (x, a)
                for step in 0..<40 {
                    chain = step % 3 == 0 ? chain.multiplied(by: y) : chain.squared()
                    expected = zip(expected, b).map { step % 3 == 0 ? ($0 * $1).mod(square) : ($0 * $0).mod(square) }
                }
                #expect(chain.values().bigInts() == expected)
            }
        }
    }

    @Test(arguments: cases.filter { [64, 384, 1024].contains($0.1) })
    func powers(path: ArithmeticPath, bits: Int) throws {
        let n = oddModulus(bits: bits, seed: 5)
        let square = n * n
        let modulus = try Modulus(squareOf: n, path: path)
        let a = Self.values(root: n, count: 19, seed: 6)
        let x = try ResidueVector(a, modulus: modulus)
        for exponent: BigInt in [0, 1, 2, 65537, n - 1, n] {
            let expected = a.map { $0.power(exponent, square) }
            #expect(x.pow(variableTime: exponent).values().bigInts() == expected)
            #expect(x.pow(secret: exponent, bits: max(exponent.bitWidth, 7)).values().bigInts() == expected)
        }
        let base = edgeValues(below: square, count: 12, seed: 7)[11]
        let exponents = try LimbVector(edgeValues(below: BigInt(1) << 200, count: 17, seed: 8), bits: 200)
        let table = FixedBaseTable(base: base, exponentBits: 200, modulus: modulus)
        #expect(table.pow(secret: exponents).values().bigInts() == exponents.bigInts().map { base.power($0, square) })
    }

    @Test(arguments: ArithmeticPath.allCases)
    func encryptedSumsAreThoseOfThePlainForm(path: ArithmeticPath) throws {
        let n = oddModulus(bits: 400, seed: 31)
        let values = edgeValues(below: n * n, count: 60, seed: 32).map { $0.signum == 0 ? BigInt(2) : $0 }
        var generator = SplitMix(33)
        let columns = (0..<5).map { _ in
            values.map { _ in Int64(bitPattern: generator.next()) >> 58 }
        }
        let sums = try [Modulus(n * n, path: path), Modulus(squareOf: n, path: path)].map { modulus in
            var sums = ColumnProductAccumulator(
                profiles: columns.map { ColumnProfile(describing: $0) }, modulus: modulus, expectedRows: 60)
            try sums.add(variableTime: ResidueVector(values, modulus: modulus), signed: columns)
            return sums.finish().values().bigInts()
        }
        #expect(sums[0] == sums[1])
    }

    @Test func formsAreNotMixed() throws {
        let n = oddModulus(bits: 400, seed: 41)
        #expect(try Modulus(squareOf: n) == Modulus(squareOf: n))
        #expect(try Modulus(squareOf: n) != Modulus(n * n))
    }

    @Test func badRootsAreRefused() {
        #expect(throws: BignumError.invalidModulus) { try Modulus(squareOf: 1) }
        #expect(throws: BignumError.invalidModulus) { try Modulus(squareOf: -3) }
        #expect(throws: BignumError.evenModulus) { try Modulus(squareOf: 1000) }
        #expect(throws: BignumError.tooLarge(bits: 32769)) { try Modulus(squareOf: (BigInt(1) << 16384) + 1) }
    }
}
