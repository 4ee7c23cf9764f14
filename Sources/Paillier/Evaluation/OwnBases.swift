internal import Bignum
internal import Synchronization

/// Where the nonces of an evaluator come from (`protocols/paillier.md` 5).
package final class OwnBases: Sendable {
    private let key: PublicKey
    private let seed: [UInt8]
    private let state = Mutex(State())

    private struct State {
        var table: FixedBaseTable?
        var schedule = NonceSchedule()
    }

    /// Bits of a digit: wider digits mean fewer products, and more table entries to be read for each.
    static let digitBits = 8
    /// K digitBits >= |n| + 128
    static func bases(modulusBits: Int) -> Int { (modulusBits + 128 + digitBits - 1) / digitBits }

    init(key: PublicKey, using generator: inout some RandomNumberGenerator) {
        self.key = key
        seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// n-th residues modulo n^2, near uniform and independent.
    ///
    /// A full r^n each for the first few (``NonceSchedule``).
    func randomResidues(count: Int, using generator: inout some RandomNumberGenerator) -> ResidueVector {
        let table: FixedBaseTable? = state.withLock { state in
            guard state.schedule.serve(count) else { return nil }
            let table = state.table ?? makeTable()
            state.table = table
            return table
        }
        guard let table else { return Self.residues(count: count, key: key, using: &generator) }
        return table.pow(secret: .random(count: count, bits: table.exponentBits, using: &generator))
    }

    /// z = r^n mod n^2 with r uniform in Z_n*.
    private static func residues(
        count: Int, key: PublicKey, using generator: inout some RandomNumberGenerator
    ) -> ResidueVector {
        let units = (0..<count).map { _ in PrivateKey.randomUnit(modulo: key.n, using: &generator) }
        return ResidueVector.trusted(units, modulus: key.nSquared).pow(variableTime: key.n)
    }

    /// From the seed: an evaluator of few results never pays for it.
    private func makeTable() -> FixedBaseTable {
        var generator = SeededGenerator(seed: seed)
        let bases = Self.residues(count: Self.bases(modulusBits: key.modulusBits), key: key, using: &generator)
        return FixedBaseTable(residues: bases, digitBits: Self.digitBits)
    }
}
