import Bignum
import Foundation

/// The batched primitives of Bignum, at the sizes that Paillier with an n of that many bits uses.
let primitives = Topic(name: "primitives") { bits in
    var generator = SystemRandomNumberGenerator()
    let p = BigInt.randomPrime(bits: bits / 2, topTwoBitsSet: true, using: &generator)
    let n = p * BigInt.randomPrime(bits: bits / 2, topTwoBitsSet: true, using: &generator)
    let half = try Modulus(p * p)
    let full = try Modulus(n * n)
    for (name, modulus) in [("p^2", half), ("n^2", full)] {
        let unit = UnitCost(modulus)
        print(
            "modulo \(name) (\(modulus.bitWidth) bits): product \(format(unit.product)) us, square \(format(unit.square)) us"
        )
        printHeader()
        let scale = modulus.path == .ifma ? 1 : 8
        func random(_ count: Int) throws -> ResidueVector {
            try ResidueVector(
                LimbVector.random(count: count, below: modulus.value, using: &generator), modulus: modulus)
        }
        let many = try random(2048 / scale)
        let few = many[0..<64]
        let plain = many.values()
        _ = try report("import", operations: many.count, unit: unit.product) {
            _ = try ResidueVector(plain, modulus: modulus)
        }
        report("export", operations: many.count, unit: unit.product) { _ = many.values() }
        report("product, batched", operations: many.count, unit: unit.product) { _ = many.multiplied(by: many) }
        report("square, batched", operations: many.count, unit: unit.product) { _ = many.squared() }
        try report("inverse, batched", operations: many.count, unit: unit.product) { _ = try many.inversesOfPublic() }
        let shared = BigInt.random(bits: bits / 2, using: &generator)
        report("power, shared secret exponent, \(bits / 2) bits", operations: few.count, unit: unit.product) {
            _ = few.pow(secret: shared, bits: bits / 2)
        }
        report("power, shared public exponent, \(bits / 2) bits", operations: few.count, unit: unit.product) {
            _ = few.pow(variableTime: shared)
        }
        let own = LimbVector.random(count: few.count, bits: 256, using: &generator)
        report("power, own secret exponents, 256 bits", operations: few.count, unit: unit.product) {
            _ = few.pow(secret: own)
        }
        let short = LimbVector.random(count: few.count, bits: 24, using: &generator)
        report("row-wise product of 4 powers, 24 bits, a term", operations: few.count, unit: unit.product) {
            _ = ResidueVector.simultaneousPow(bases: few, secret: short, terms: 4)
        }
        let table = FixedBaseTable(base: plain[0], exponentBits: 512, modulus: modulus)
        let exponents = LimbVector.random(count: 512 / scale, bits: 512, using: &generator)
        report("fixed base, 512-bit exponents", operations: exponents.count, unit: unit.product) {
            _ = table.pow(secret: exponents)
        }
        let rows = 512 / scale
        for bits in [1, 16, 19] {
            let columns = (0..<32).map { _ in
                (0..<rows).map { _ in
                    Int64(generator.next() >> UInt64(64 - bits)) * (generator.next() % 2 == 0 ? 1 : -1)
                }
            }
            let units = many[0..<min(rows, many.count)]
            var accumulator = ColumnProductAccumulator(
                columnBits: columns.map { _ in bits }, modulus: modulus, expectedRows: 100_000, signed: true)
            try accumulator.add(variableTime: units, signed: columns)
            try report("bucket product a term, +-\(bits) bits, 32 columns", operations: rows * 32, unit: unit.product) {
                try accumulator.add(variableTime: units, signed: columns)
            }
        }
        print()
    }
    print("peak memory \(format(peakMemory())) MiB")
}
