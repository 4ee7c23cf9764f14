import Bignum
import TestSupport
import Testing

@Suite struct FixedBaseTableTests {
    @Test(arguments: ArithmeticPath.allCases, [256, 512, 1024])
    func oneBase(path: ArithmeticPath, bits: Int) throws {
        let n = oddModulus(bits: bits, seed: 21)
        let modulus = try Modulus(n, path: path)
        var generator = SplitMix(22)
        let base = BigInt.random(below: n, using: &generator)
        for width in [1, 8, 130] {
            let table = FixedBaseTable(base: base, exponentBits: width, modulus: modulus)
            let full = try LimbVector([BigInt(0), 1, (BigInt(1) << width) - 1], bits: width)
            for exponents in [full, LimbVector.random(count: 150, bits: width, using: &generator)] {
                let result = table.pow(secret: exponents)
                #expect(result.values().bigInts() == exponents.bigInts().map { base.power($0, n) })
            }
        }
    }

    @Test(arguments: ArithmeticPath.allCases, [1, 2, 3, 4, 5, 7, 8, 9])
    func independentBases(path: ArithmeticPath, digitBits: Int) throws {
        let n = oddModulus(bits: 400, seed: 23)
        let modulus = try Modulus(n, path: path)
        var generator = SplitMix(24)
        let bases = edgeValues(below: n, count: 11, seed: 25)
        let table = FixedBaseTable(bases: bases, digitBits: digitBits, modulus: modulus)
        let exponents = LimbVector.random(count: 9, bits: 11 * digitBits, using: &generator)
        let result = table.pow(secret: exponents)
        for element in 0..<9 {
            let expected = (0..<11).reduce(BigInt(1)) { product, k in
                let digit = exponents.digit(element, at: k * digitBits, width: digitBits)
                return (product * bases[k].power(BigInt(digit), n)).mod(n)
            }
            #expect(result[element] == expected)
        }
    }
}
