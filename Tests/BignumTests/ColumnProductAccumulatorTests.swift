import Bignum
import TestSupport
import Testing

@Suite struct ColumnProductAccumulatorTests {
    @Test(arguments: ArithmeticPath.allCases, [1, 30, 5000])
    func unsignedColumns(path: ArithmeticPath, expectedRows: Int) throws {
        let n = oddModulus(bits: 400, seed: 31)
        let modulus = try Modulus(n, path: path)
        var generator = SplitMix(32)
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
        var generator = SplitMix(33)
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

    /// Columns of few values, alone and joint, with zeros and without, beside columns of integers.
    @Test(arguments: ArithmeticPath.allCases, [1, 200, 5000])
    func fewValues(path: ArithmeticPath, expectedRows: Int) throws {
        var generator = SplitMix(34)
        let n = BigInt.randomPrime(bits: 400, using: &generator)
        let modulus = try Modulus(n, path: path)
        let sets: [[Int64]] = [
            [0, 1], [0, 1], [-40000, 90000], [0, -3, 17], [5], [0], [-1, 0, 1, 1 << 40], [7, 9, 11, 13, 15], [0, 1],
        ]
        let rows = LimbVector.random(count: 60, below: n - 1, using: &generator).bigInts().map { $0 + 1 }
        var scalars = sets.map { set in rows.map { _ in set[Int(generator.next() % UInt64(set.count))] } }
        scalars.append(rows.map { _ in Int64(generator.next() >> 48) - 32768 })
        let profiles = scalars.map { ColumnProfile(describing: $0, mostValues: 8) }
        #expect(profiles[9] == .integers(bits: 16) || profiles[9] == .integers(bits: 15))
        #expect(profiles[3] == .values([-3, 0, 17]))
        var accumulator = ColumnProductAccumulator(profiles: profiles, modulus: modulus, expectedRows: expectedRows)
        for chunk in [0..<25, 25..<60] {
            try accumulator.add(
                variableTime: ResidueVector(Array(rows[chunk]), modulus: modulus),
                signed: scalars.map { Array($0[chunk]) })
        }
        let result = accumulator.finish()
        for column in scalars.indices {
            let expected = try rows.indices.reduce(BigInt(1)) { product, row in
                try (product * rows[row].pow(BigInt(Int(scalars[column][row])), modulo: n)).mod(n)
            }
            #expect(result[column] == expected)
        }
    }

    @Test func extremeScalars() throws {
        var generator = SplitMix(35)
        let n = BigInt.randomPrime(bits: 400, using: &generator)
        let modulus = try Modulus(n)
        let scalars: [Int64] = [.max, -.max, 0, 1, -1, 1 << 62, -(1 << 62)]
        let rows = LimbVector.random(count: scalars.count, below: n, using: &generator).bigInts()
        for expectedRows in [1, 100, 100_000] {
            var accumulator = ColumnProductAccumulator(
                columnBits: [63], modulus: modulus, expectedRows: expectedRows, signed: true)
            try accumulator.add(variableTime: ResidueVector(rows, modulus: modulus), signed: [scalars])
            let expected = try rows.indices.reduce(BigInt(1)) { product, row in
                try (product * rows[row].pow(BigInt(Int(scalars[row])), modulo: n)).mod(n)
            }
            #expect(accumulator.finish()[0] == expected)
        }
    }

    /// Columns that look like a few values, or narrower than they are, until more rows come.
    @Test(arguments: [false, true])
    func columnsThatChange(signed: Bool) throws {
        var generator = SplitMix(36)
        let n = BigInt.randomPrime(bits: 400, using: &generator)
        let modulus = try Modulus(n)
        let rows = LimbVector.random(count: 60, below: n - 1, using: &generator).bigInts().map { $0 + 1 }
        let scalars: [[Int64]] = [
            rows.indices.map { $0 < 40 ? Int64($0 % 2) : Int64($0) },
            rows.indices.map { $0 == 59 ? (signed ? -1 << 40 : 1 << 40) : Int64($0) },
            rows.indices.map { Int64($0 % 3) + 4 },
            rows.indices.map { $0 < 20 ? 7 : Int64($0 % 4) << 50 },
            rows.indices.map { Int64($0) },
            rows.indices.map { $0 < 40 ? 0 : Int64($0) },
        ]
        var accumulator = ColumnProductAccumulator(
            columnBits: [8, 6, 4, 2, 0, 0], modulus: modulus, expectedRows: 60, signed: signed)
        for chunk in [0..<20, 20..<40, 40..<60] {
            let some = try ResidueVector(Array(rows[chunk]), modulus: modulus)
            let columns = scalars.map { Array($0[chunk]) }
            if signed {
                try accumulator.add(variableTime: some, signed: columns)
            } else {
                accumulator.add(
                    variableTime: some,
                    scalars: ScalarColumns(rows: chunk.count, columns: columns.map { $0.map { UInt64($0) } }))
            }
        }
        let result = accumulator.finish()
        for column in scalars.indices {
            let expected = try rows.indices.reduce(BigInt(1)) { product, row in
                try (product * rows[row].pow(BigInt(Int(scalars[column][row])), modulo: n)).mod(n)
            }
            #expect(result[column] == expected)
        }
    }
}
