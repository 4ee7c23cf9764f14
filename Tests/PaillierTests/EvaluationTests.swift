import Bignum
import Paillier
import Testing

@Suite struct EvaluationTests {
    let key: PrivateKey
    let evaluator: Evaluator

    init() throws {
        key = try testKey()
        var source = generator("evaluator")
        evaluator = Evaluator(publicKey: key.publicKey, using: &source)
    }

    private func encrypt(_ values: [Int]) -> CiphertextVector {
        var source = generator("values \(values)")
        return key.encrypt(key.publicKey.plaintexts(values.map { BigInt($0) }), using: &source)
    }

    private func decrypt(_ sums: EncryptedSums) -> [Int?] {
        key.decrypt(sums.forTest).bigInts().map { key.publicKey.signed($0).asInt }
    }

    @Test func sumsAndMultiples() throws {
        let values = EncryptedSums(encrypt([3, -4, 0, 1 << 40]))
        #expect(decrypt(values.adding(values)) == [6, -8, 0, 1 << 41])
        #expect(decrypt(values.adding(values[1..<2])) == [-1, -8, -4, (1 << 40) - 4])
        #expect(decrypt(values.multiplied(by: -5)) == [-15, 20, 0, -5 << 40])
        #expect(decrypt(values.multiplied(by: 0)) == [0, 0, 0, 0])
        #expect(decrypt(values.multiplied(by: try LimbVector(integers: [0, 1, 2, 3]))) == [0, -4, 0, 3 << 40])
        #expect(decrypt(values.negated()) == [-3, 4, 0, -1 << 40])
        #expect(decrypt(values.shifted(bits: 7)) == [384, -512, 0, 1 << 47])
        #expect(decrypt(values.adding(plaintexts: key.publicKey.plaintexts([-3, 4, 1, 0]))) == [0, 0, 1, 1 << 40])
        var more = EncryptedSums.zeros(count: 1, key: key.publicKey)
        more.append(contentsOf: values.gathering([1, 1]))
        #expect(decrypt(more) == [0, -4, -4])
    }

    @Test(arguments: [1, 2, 3, 7]) func packing(perCiphertext: Int) {
        let values = [5, 0, 7, 1, 65535, 3, 9]
        let packed = evaluator.packed(
            EncryptedSums(encrypt(values)), perCiphertext: perCiphertext, slotBits: 16)
        let plaintexts = key.decrypt(packed.forTest)
        #expect(plaintexts.count == (values.count + perCiphertext - 1) / perCiphertext)
        for (index, value) in values.enumerated() {
            #expect(
                plaintexts.digit(index / perCiphertext, at: 16 * (index % perCiphertext), width: 16) == UInt64(value))
        }
    }

    @Test func rowwiseProducts() throws {
        let values = [1, 2, 3, 4, 5, 6]
        let scalars = try LimbVector(integers: [7, 0, 1 << 20, 1, 1, (1 << 20) - 1])
        let products = evaluator.rowwiseProducts(encrypt(values), scalars: scalars, terms: 2)
        #expect(decrypt(products) == [7, (3 << 20) + 4, 5 + 6 * ((1 << 20) - 1)])
    }

    @Test("Row-wise products of several sets: the first one stands highest")
    func rowwiseProductsOfSets() throws {
        let scalars = try LimbVector(integers: [7, 1, 0, 2, 31, 0, 1, 31])
        let products = evaluator.rowwiseProducts(
            encrypt([1, 2, 3, -4]), scalars: scalars, terms: 2, sets: 2, shift: 10)
        #expect(decrypt(products) == [(7 << 10) + 1 + 4, (31 * 3 - 4) << 10 - 4 * 31])
    }

    @Test("Products of rows with a vector, and the same under tables that are shifted")
    func rowProducts() throws {
        let vector = encrypt([5, -3, 1000])
        let columns: [[UInt64]] = [[0, 1, 2047, 7], [3, 0, 2047, 1], [1, 1, 2047, 0]]
        let expected = [991, 1005, 1002 * 2047, 32]
        var products = try EncryptedRowProducts(of: vector, scalarBits: 11)
        #expect(decrypt(try products.products(rows: 4) { columns[$0][$1] }) == expected)
        for shift in 1...2 {
            products.shift(bits: 13)
            #expect(
                decrypt(try products.products(rows: 4) { columns[$0][$1] }) == expected.map { $0 << (13 * shift) })
        }
        #expect(throws: PaillierError.scalarOutOfRange(column: 2)) {
            try products.products(rows: 1) { entry, _ in entry == 2 ? 2048 : 0 }
        }
        // Many rows pay for tables, few do not.
        func prefers(_ rows: Int) -> Bool {
            EncryptedRowProducts.prefersShiftedTables(
                rows: rows, entries: 12, scalarBits: 30, perResult: 29, slotBits: 66)
        }
        #expect(!prefers(500) && prefers(5000))
    }

    @Test(
        "Columns over the same ciphertexts: without a table, and with tables of every width",
        arguments: [1, 2, 3, 4, 9, 40])
    func columnProducts(columns: Int) throws {
        let values = [1, -2, 3, 1000, -65535]
        var source = generator("column products \(columns)")
        var scalars = (0..<columns * values.count).map { _ in BigInt.random(bits: 152, using: &source) }
        // Zeros and the widest ones are among them.
        scalars.replaceSubrange(0..<3, with: [0, (BigInt(1) << 152) - 1, 1])
        let exponents = try LimbVector(scalars, bits: 152)
        let products = evaluator.products(of: encrypt(values), columns: exponents)
        #expect(products.count == columns)
        let results = key.decrypt(products.forTest).bigInts().map { key.publicKey.signed($0) }
        for (column, result) in results.enumerated() {
            let expected = values.indices.reduce(BigInt(0)) {
                $0 + BigInt(values[$1]) * scalars[column * values.count + $1]
            }
            #expect(result == expected, "\(column)")
        }
    }

    @Test func slottedMultiples() throws {
        let multiples = try SlottedMultiples(of: encrypt([1001]), scalarBits: 60, slotBits: 90, slots: 3)
        let scalars: [Int] = [1, 0, 77, (1 << 60) - 1, 5, 0]
        let results = key.decrypt(try multiples.sums(LimbVector(scalars.map { UInt64($0) }, bits: 60)).forTest)
        for (index, scalar) in scalars.enumerated() {
            let expected = BigInt(1001) * BigInt(scalar)
            let low = BigInt(results.digit(index / 3, at: 90 * (index % 3), width: 64))
            let high = BigInt(results.digit(index / 3, at: 90 * (index % 3) + 64, width: 26))
            #expect(low + (high << 64) == expected)
        }
        #expect(throws: PaillierError.shapeMismatch) { try multiples.sums(LimbVector(count: 2, bits: 60)) }
        #expect(throws: PaillierError.wouldOverflow(neededBits: 91, availableBits: 90)) {
            try SlottedMultiples(of: encrypt([1]), scalarBits: 91, slotBits: 90, slots: 3)
        }
    }

    @Test func columnSumsOverChunks() throws {
        var source = generator("columns")
        let bits = [1, 0, 7, 16, 33, 63]
        let chunks = [1, 8, 0, 29]
        let values = (0..<38).map { _ in Int.random(in: -1000...1000, using: &source) }
        let scalars = bits.map { width in
            (0..<38).map { row -> Int64 in
                let limit = (Int64(1) << Int64(width)) &- 1
                // Largest magnitudes of both signs, and zeros, are among them.
                return row == 3
                    ? limit : row == 4 ? -limit : row % 5 == 0 ? 0 : .random(in: -limit...limit, using: &source)
            }
        }
        var sums = EncryptedColumnSums(key: key.publicKey, columnBits: bits, expectedRows: 38)
        var start = 0
        for chunk in chunks {
            try sums.add(
                encrypt(Array(values[start..<start + chunk])), scalars: scalars.map { Array($0[start..<start + chunk]) }
            )
            start += chunk
        }
        let results = key.decrypt(sums.finish().forTest).bigInts().map { key.publicKey.signed($0) }
        for (column, result) in results.enumerated() {
            let expected = zip(values, scalars[column]).reduce(BigInt(0)) { $0 + BigInt($1.0) * BigInt(Int($1.1)) }
            #expect(result == expected)
        }
    }

    /// What the first chunk looks like must not decide what later chunks may hold.
    @Test func columnsThatChangeTheirLooks() throws {
        let widest = Int64.max
        let first: [[Int64]] = [[0, 0], [5, 5], [1, 0], [widest, -widest], [0, 0]]
        let second: [[Int64]] = [[1, -3], [0, 5], [0, 1], [-widest, 7], [0, 0]]
        var sums = EncryptedColumnSums(key: key.publicKey, columnBits: [3, 3, 1, 63, 2], expectedRows: 4)
        try sums.add(encrypt([10, 20]), scalars: first)
        try sums.add(encrypt([30, 40]), scalars: second)
        try sums.add(encrypt([50, 60]), scalars: first)
        let results = key.decrypt(sums.finish().forTest).bigInts().map { key.publicKey.signed($0) }
        let expected = zip(first, second).map { early, late in
            zip([10, 20, 30, 40, 50, 60], early + late + early).reduce(BigInt(0)) {
                $0 + BigInt($1.0) * BigInt(Int($1.1))
            }
        }
        #expect(results == expected)
    }

    @Test func columnSumsRefuseWhatWasNotDeclared() throws {
        var sums = EncryptedColumnSums(key: key.publicKey, columnBits: [4, 4], expectedRows: 2)
        let rows = encrypt([1, 2])
        #expect(throws: PaillierError.scalarOutOfRange(column: 1)) {
            try sums.add(rows, scalars: [[15, -15], [0, -16]])
        }
        #expect(throws: PaillierError.scalarOutOfRange(column: 0)) {
            try sums.add(rows, scalars: [[.min, 0], [0, 0]])
        }
        #expect(throws: PaillierError.shapeMismatch) { try sums.add(rows, scalars: [[1, 2]]) }
        #expect(throws: PaillierError.shapeMismatch) { try sums.add(rows, scalars: [[1, 2], [3]]) }
        #expect(decrypt(sums.finish()) == [0, 0])
    }

    @Test(arguments: [3, 50]) func masksCoverThePlaintextSpace(count: Int) throws {
        var source = generator("mask \(count)")
        // An owner that encrypts c 2^200 would read the other side's scalars above a mask made for honest values.
        let huge = key.publicKey.plaintexts((0..<count).map { _ in BigInt(1) << 200 })
        let sums = EncryptedSums(key.encrypt(huge, using: &source)).multiplied(by: 12345)
        let (ciphertexts, masks) = evaluator.mask(sums, using: &source)
        let seen = key.decrypt(ciphertexts)
        let n = key.publicKey.n
        for index in 0..<count {
            #expect((seen[index] - masks[index]).mod(n) == BigInt(12345) << 200)
        }
        // The top bits of what the owner sees spread over the whole range.
        if count == 50 {
            let high = (0..<count).filter { seen[$0] > n >> 1 }.count
            #expect((10...40).contains(high))
        }
    }
}
