import Bignum
import Foundation
import TestSupport
import Testing

/// Both implementations against plain GMP, on edge values and lengths that are no multiple of eight.
@Suite struct ResidueVectorTests {
    static let cases = ArithmeticPath.allCases.flatMap { path in
        [64, 256, 384, 500, 1024, 1025, 1300, 2048, 3072, 4096, 6144, 8192].map { (path, $0) }
    }

    @Test func pathIsTheOneAskedFor() throws {
        let large: ArithmeticPath = ArithmeticPath.adx.isAvailable ? .adx : .portable
        for path in ArithmeticPath.available {
            for bits in [384, 1024, 3072] {
                #expect(try Modulus(oddModulus(bits: bits, seed: 16), path: path).path == path)
                #expect(try Modulus(squareOf: oddModulus(bits: bits, seed: 16), path: path).path == path)
            }
            // Four or eight lanes of short limbs serve the sizes of Paillier's roots.
            let isShort = path == .avx512 || path == .avx2
            #expect(try Modulus(oddModulus(bits: 8192, seed: 16), path: path).path == (isShort ? large : path))
            #expect(try Modulus(oddModulus(bits: 64, seed: 16), path: path).path == .portable)
            #expect(try Modulus(oddModulus(bits: 10000, seed: 16), path: path).path == .portable)
        }
        for path in ArithmeticPath.allCases where !path.isAvailable {
            #expect(try Modulus(oddModulus(bits: 1024, seed: 16), path: path).path == .portable)
        }
    }

    /// The word in the environment chooses among those that are there.
    @Test func availablePathsAreNamed() {
        #expect(ArithmeticPath.available.contains(.portable))
        #expect(ArithmeticPath.available.first == .fastestAvailable)
        for path in ArithmeticPath.allCases {
            #expect(ArithmeticPath(available: path.rawValue) == (path.isAvailable ? path : nil))
        }
        #expect(ArithmeticPath(available: "fast") == nil)
        let word = ProcessInfo.processInfo.environment["MOIETY_ARITHMETIC"] ?? ""
        #expect(ArithmeticPath.current == ArithmeticPath(available: word) ?? .fastestAvailable)
    }

    @Test(arguments: cases)
    func elementwise(path: ArithmeticPath, bits: Int) throws {
        for n in [oddModulus(bits: bits, seed: 1), (BigInt(1) << bits) - 1, (BigInt(1) << (bits - 1)) + 1] {
            let modulus = try Modulus(n, path: path)
            for count in [1, 5, 8, 19] {
                let a = edgeValues(below: n, count: count, seed: 2)
                let b = Array(edgeValues(below: n, count: count, seed: 3).reversed())
                let (x, y) = (try ResidueVector(a, modulus: modulus), try ResidueVector(b, modulus: modulus))
                #expect(x.values().bigInts() == a)
                #expect(x.multiplied(by: y).values().bigInts() == zip(a, b).map { ($0 * $1).mod(n) })
                #expect(x.squared().values().bigInts() == a.map { ($0 * $0).mod(n) })
                #expect(x.multiplied(by: y[0..<1]).values().bigInts() == a.map { ($0 * b[0]).mod(n) })
                #expect(y[0..<1].multiplied(by: x).values().bigInts() == a.map { ($0 * b[0]).mod(n) })
                #expect(y.product() == b.reduce(1) { ($0 * $1).mod(n) })
                let bytes = x.bigEndianBytes()
                #expect(try bytes == a.flatMap { try $0.bigEndianBytes(width: modulus.byteWidth) })
                let again = try ResidueVector(bigEndian: bytes, count: count, modulus: modulus)
                #expect(again.values().bigInts() == a)
            }
        }
    }

    @Test(arguments: cases.filter { [256, 384, 500, 1024].contains($0.1) })
    func powers(path: ArithmeticPath, bits: Int) throws {
        let n = oddModulus(bits: bits, seed: 5)
        let modulus = try Modulus(n, path: path)
        for count in [1, 11] {
            let a = edgeValues(below: n, count: count, seed: 6)
            let x = try ResidueVector(a, modulus: modulus)
            for exponent: BigInt in [0, 1, 2, 3, 255, 65537, BigInt(1) << 70, BigInt(11) << 64, n - 1] {
                let expected = a.map { $0.power(exponent, n) }
                #expect(x.pow(variableTime: exponent).values().bigInts() == expected)
                #expect(x.pow(secret: exponent, bits: max(exponent.bitWidth, 7)).values().bigInts() == expected)
            }
            for width in [0, 1, 17, 128, 300] {
                let e = edgeValues(below: (BigInt(1) << width) + 1, count: count, seed: 8)
                    .map { $0.signum < 0 || $0.bitWidth > width ? 0 : $0 }
                let own = x.pow(secret: try LimbVector(e, bits: width)).values().bigInts()
                #expect(own == zip(a, e).map { $0.power($1, n) })
            }
        }
    }

    @Test(arguments: cases.filter { [256, 384, 1024].contains($0.1) })
    func rowwisePowers(path: ArithmeticPath, bits: Int) throws {
        let n = oddModulus(bits: bits, seed: 9)
        let modulus = try Modulus(n, path: path)
        for (rows, terms, width, sets) in [
            (1, 1, 1, 1), (3, 4, 20, 1), (9, 2, 65, 1), (8, 3, 0, 1), (11, 4, 18, 2), (2, 1, 24, 5), (9, 3, 0, 2),
            (1, 31, 20, 1), (2, 5, 33, 3), (3, 2, 9, 1),
        ] {
            var generator = SplitMix(4)
            let a = edgeValues(below: n, count: rows * terms, seed: 10)
            let e = LimbVector.random(count: rows * terms * sets, bits: width, using: &generator)
            let shift = width + sets
            let result = ResidueVector.simultaneousPow(
                bases: try ResidueVector(a, modulus: modulus), secret: e, terms: terms, sets: sets, shift: shift)
            for row in 0..<rows {
                let expected = (0..<terms).reduce(BigInt(1)) { product, k in
                    let place = row * terms + k
                    let exponent = (0..<sets).reduce(BigInt(0)) { ($0 << shift) + e[place * sets + $1] }
                    return (product * a[place].power(exponent, n)).mod(n)
                }
                #expect(result[row] == expected)
            }
        }
    }

    @Test(arguments: cases.filter { [64, 384, 1024].contains($0.1) })
    func inverses(path: ArithmeticPath, bits: Int) throws {
        let n = oddModulus(bits: bits, seed: 11)
        let modulus = try Modulus(n, path: path)
        for count in [1, 2, 7, 21] {
            let a = edgeValues(below: n, count: 60, seed: 12).filter { BigInt.gcd($0, n) == 1 }.prefix(count)
            let inverses = try ResidueVector(Array(a), modulus: modulus).inverses()
            #expect(try inverses.values().bigInts() == a.map { try $0.inverse(modulo: n) })
            var bad = Array(a)
            bad[count / 2] = 0
            #expect(throws: BignumError.notInvertible(index: count / 2)) {
                try ResidueVector(bad, modulus: modulus).inverses()
            }
        }
    }

    @Test(arguments: ArithmeticPath.allCases)
    func rangesAreChecked(path: ArithmeticPath) throws {
        let n = oddModulus(bits: 256, seed: 13)
        let modulus = try Modulus(n, path: path)
        #expect(throws: BignumError.outOfRange(index: 2)) { try ResidueVector([BigInt(1), 2, n], modulus: modulus) }
        #expect(throws: BignumError.outOfRange(index: 1)) {
            try ResidueVector(
                bigEndian: [BigInt(0), n + 1].flatMap { try $0.bigEndianBytes(width: 32) }, count: 2, modulus: modulus)
        }
        #expect(throws: BignumError.lengthMismatch(expected: 64, found: 63)) {
            try ResidueVector(bigEndian: [UInt8](repeating: 0, count: 63), count: 2, modulus: modulus)
        }
        let wide = try LimbVector([BigInt(1), BigInt(1) << 300], bits: 400)
        #expect(throws: BignumError.outOfRange(index: 1)) { try ResidueVector(wide, modulus: modulus) }
        #expect(throws: BignumError.evenModulus) { try Modulus(n + 1, path: path) }
        #expect(throws: BignumError.invalidModulus) { try Modulus(1, path: path) }
    }

    @Test(arguments: ArithmeticPath.allCases)
    func slicesAndCopies(path: ArithmeticPath) throws {
        let n = oddModulus(bits: 456, seed: 14)
        let modulus = try Modulus(n, path: path)
        let a = edgeValues(below: n, count: 12, seed: 15)
        var x = try ResidueVector(a, modulus: modulus)
        let copy = x
        x.append(contentsOf: x[3..<5])
        #expect(x.values().bigInts() == a + a[3..<5])
        #expect(copy.values().bigInts() == a)
        #expect(copy.gathering([4, 4, 0]).values().bigInts() == [a[4], a[4], a[0]])
        let runs = try ResidueVector(Array(a.suffix(9)), modulus: modulus).productsOfRuns(of: 3)
        #expect(runs.values().bigInts() == [3, 6, 9].map { (a[$0] * a[$0 + 1] * a[$0 + 2]).mod(n) })
        #expect(try ResidueVector([BigInt](), modulus: modulus).product() == 1)
    }
}
