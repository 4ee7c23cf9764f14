import Bignum
import Foundation

/// The batched primitives of Bignum, at the sizes that Paillier with an n of that many bits uses.
let primitives = Topic(name: "primitives") { bits in
    var generator = SystemRandomNumberGenerator()
    let p = BigInt.randomPrime(bits: bits / 2, topTwoBitsSet: true, using: &generator)
    let n = p * BigInt.randomPrime(bits: bits / 2, topTwoBitsSet: true, using: &generator)
    let half = try Modulus(squareOf: p)
    let full = try Modulus(squareOf: n)
    for (name, modulus) in [("p^2", half), ("n^2", full)] {
        let (unit, rootless) = (UnitCost(modulus), UnitCost(try Modulus(modulus.value)))
        print(
            "modulo \(name) (\(modulus.bitWidth) bits): product \(format(unit.product)) us, square \(format(unit.square)) us; "
                + "without its root \(format(rootless.product)) and \(format(rootless.square)) us")
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
        let rows = 2048 / scale
        let units = many[0..<min(rows, many.count)]
        for (bits, columnCount) in [(16, 32), (19, 32), (1, 96)] {
            let columns = (0..<columnCount).map { _ in
                (0..<rows).map { _ in
                    bits == 1 ? Int64(generator.next() % 2) : Int64(bitPattern: generator.next()) >> Int64(63 - bits)
                }
            }
            var accumulator = ColumnProductAccumulator(
                profiles: columns.map { ColumnProfile(describing: $0) }, modulus: modulus, expectedRows: 100_000)
            try accumulator.add(variableTime: units, signed: columns)
            let name = bits == 1 ? "yes/no" : "+-\(bits) bits"
            try report(
                "encrypted sum, a term: \(columnCount) columns, \(name)", operations: rows * columnCount,
                unit: unit.product
            ) {
                try accumulator.add(variableTime: units, signed: columns)
            }
        }
        print()
    }
    print("peak memory \(format(peakMemory())) MiB")
}
