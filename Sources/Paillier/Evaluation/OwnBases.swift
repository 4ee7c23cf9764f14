internal import Bignum
internal import Synchronization

/// Where the nonces of an evaluator come from (`protocols/paillier.md` 5).
package final class OwnBases: Sendable {
    private let key: PublicKey
    private let seed: [UInt8]
    /// Whether so few results are expected in all that a full r^n for each costs less than the bases.
    private let withoutTable: Bool
    private let table = Mutex<FixedBaseTable?>(nil)

    /// Bits of a digit: wider digits mean fewer products, and more table entries to be read for each.
    static let digitBits = 8
    /// K digitBits >= |n| + 128
    static func bases(modulusBits: Int) -> Int { (modulusBits + 128 + digitBits - 1) / digitBits }
    /// At most this many results take a full r^n each instead of the table.
    static let few = 32

    init(key: PublicKey, expectedResults: Int?, using generator: inout some RandomNumberGenerator) {
        self.key = key
        // A base costs one full power to make.
        withoutTable = expectedResults.map { $0 <= Self.bases(modulusBits: key.modulusBits) } ?? false
        seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// n-th residues modulo n^2, near uniform and independent.
    func randomResidues(count: Int, using generator: inout some RandomNumberGenerator) -> ResidueVector {
        if withoutTable || count <= Self.few { return Self.residues(count: count, key: key, using: &generator) }
        let table = preparedTable()
        return table.pow(secret: .random(count: count, bits: table.exponentBits, using: &generator))
    }

    /// z = r^n mod n^2 with r uniform in Z_n*.
    private static func residues(
        count: Int, key: PublicKey, using generator: inout some RandomNumberGenerator
    ) -> ResidueVector {
        let units = (0..<count).map { _ in PrivateKey.randomUnit(modulo: key.n, using: &generator) }
        return ResidueVector.trusted(units, modulus: key.nSquared).pow(variableTime: key.n)
    }

    /// Made when first needed, from the seed, so that an evaluator of few results never pays for it.
    private func preparedTable() -> FixedBaseTable {
        table.withLock { table in
            if let table { return table }
            var generator = SeededGenerator(seed: seed)
            let bases = Self.residues(count: Self.bases(modulusBits: key.modulusBits), key: key, using: &generator)
            let made = FixedBaseTable(residues: bases, digitBits: Self.digitBits)
            table = made
            return made
        }
    }
}
