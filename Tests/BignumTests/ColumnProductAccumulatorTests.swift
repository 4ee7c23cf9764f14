import Bignum
import Testing

@Suite struct ColumnProductAccumulatorTests {
    @Test(arguments: ArithmeticPath.allCases, [1, 30, 5000])
    func unsignedColumns(path: ArithmeticPath, expectedRows: Int) throws {
        let n = oddModulus(bits: 400, seed: 31)
        let modulus = try Modulus(n, path: path)
        var generator = TestGenerator(32)
        let bits = [1, 16, 64, 0, 7, 1]
        let rows = LimbVector.random(count: 45, below: n, using: &generator).bigInts()
        let scalars = bits.map { bits in
            rows.map { _ in bits == 0 ? 0 : generator.next() >> UInt64(64 - bits) }
        }
        var accumulator = ColumnProductAccumulator(columnBits: bits, modulus: modulus, expectedRows: expectedRows)
        for chunk in [0..<20, 20..<21, 21..<45] {
            accumulator.add(
                variableTime: try ResidueVector(Array(rows[chunk]), modulus: modulus),
                scalars: ScalarColumns(rows: chunk.count, columns: scalars.map { Array($0[chunk]) }))
        }
        let result = accumulator.finish()
        for column in bits.indices {
            let expected = rows.indices.reduce(BigInt(1)) { product, row in
                (product * rows[row].power(BigInt(scalars[column][row]), n)).mod(n)
            }
            #expect(result[column] == expected)
        }
    }

    @Test(arguments: ArithmeticPath.allCases, [1, 30, 5000])
    func signedColumns(path: ArithmeticPath, expectedRows: Int) throws {
        var generator = TestGenerator(33)
        let n = BigInt.randomPrime(bits: 400, using: &generator)
        let modulus = try Modulus(n, path: path)
        let bits = [1, 16, 63, 20]
        let rows = LimbVector.random(count: 40, below: n - 1, using: &generator).bigInts().map { $0 + 1 }
        let scalars = bits.map { bits in
            rows.map { _ in
                let magnitude = Int64(generator.next() >> UInt64(64 - bits))
                return generator.next() % 2 == 0 ? magnitude : -magnitude
            }
        }
        var accumulator = ColumnProductAccumulator(
            columnBits: bits, modulus: modulus, expectedRows: expectedRows, signed: true)
        let before = accumulator
        for chunk in [0..<17, 17..<40] {
            try accumulator.add(
                variableTime: ResidueVector(Array(rows[chunk]), modulus: modulus),
                signed: scalars.map { Array($0[chunk]) })
        }
        let result = accumulator.finish()
        for column in bits.indices {
            let expected = try rows.indices.reduce(BigInt(1)) { product, row in
                try (product * rows[row].pow(BigInt(Int(scalars[column][row])), modulo: n)).mod(n)
            }
            #expect(result[column] == expected)
        }
        #expect(before.finish().values().bigInts() == [1, 1, 1, 1])
        #expect(throws: BignumError.notInvertible(index: 1)) {
            try accumulator.add(
                variableTime: ResidueVector([BigInt(1), 0], modulus: modulus), signed: bits.map { _ in [1, 1] })
        }
    }
}
