internal import Bignum

/// What a piece of a job takes, of all parties together: operations under Paillier keys, what goes over the wire, and how often a
/// party waits for another. Plans are counted in it, and ``WorkPrices`` turn it into seconds.
///
/// Counts are floating-point: sizes may be guesses, and no product of them overflows.
package struct Workload: Sendable, Hashable {
    /// Keys of Paillier's that are made, proved and verified.
    package var keys = 0.0
    /// Own bases that an evaluator makes, with their table.
    package var bases = 0.0
    /// Ciphertexts under an own key.
    package var encryptions = 0.0
    package var decryptions = 0.0
    /// Results that are masked and get a nonce from the evaluator's own bases, and ciphertexts under a peer's key.
    package var masks = 0.0
    /// The same with a full power r^n each: the first few, before there are bases.
    package var fullMasks = 0.0
    /// Ciphertexts that are written, sent, read and checked.
    package var transfers = 0.0
    /// Products and squarings modulo n^2 for powers of residues with secret exponents, many residues at a time.
    package var powers = 0.0
    /// Products modulo n^2 with tables of fixed bases, of which each read takes all entries.
    package var tables = 0.0
    /// Products modulo n^2 into buckets, and for reading sums off them.
    package var buckets = 0.0
    /// Products modulo n^2 that go one after the other, on one core.
    package var singles = 0.0
    /// Products and squarings modulo the prime of an alignment's group.
    package var groupProducts = 0.0
    /// Products of a number with a point of the alignment's curve.
    package var points = 0.0
    /// In all directions, with what a message carries beside its payload.
    package var bytes = 0.0
    package var messages = 0.0
    /// How often a party goes on only when another's answer is there.
    package var roundTrips = 0.0

    package init() {}

    private static let fields: [any WritableKeyPath<Workload, Double> & Sendable] = [
        \.keys, \.bases, \.encryptions, \.decryptions, \.masks, \.fullMasks, \.transfers, \.powers, \.tables,
        \.buckets, \.singles, \.groupProducts, \.points, \.bytes, \.messages, \.roundTrips,
    ]

    package static func += (left: inout Workload, right: Workload) {
        for field in fields { left[keyPath: field] += right[keyPath: field] }
    }

    package static func + (left: Workload, right: Workload) -> Workload {
        var sum = left
        sum += right
        return sum
    }

    package static func * (work: Workload, factor: Double) -> Workload {
        var result = work
        for field in fields { result[keyPath: field] *= factor }
        return result
    }

    /// All modular products of an evaluator's, of whatever kind.
    package var evaluatorProducts: Double { powers + tables + buckets + singles }

    /// Bytes of a message beside its payload: its record, the signed frame's other fields, and the network's own.
    package static let messageOverhead = 360.0

    /// Messages of so many bytes in all.
    package mutating func send(messages count: Int, payload: Double) {
        messages += Double(count)
        bytes += payload + Double(count) * Self.messageOverhead
    }
}

// What the evaluator's functions take, counted as they work. `benchmark cost` prices a product by what is counted here, so that a wrong
// factor in a count is in its price, too.
extension Workload {
    /// `Evaluator.mask`, called for at most so many results at once.
    ///
    /// - Parameter schedule: of the evaluator, in the order of its calls.
    package mutating func addMasks(_ results: Int, atOnce: Int, _ schedule: inout NonceSchedule) {
        var rest = results
        // A few calls at most: then there are bases.
        while rest > 0, !schedule.hasBases {
            let call = min(rest, max(atOnce, 1))
            if schedule.serve(call) { bases += 1 } else { fullMasks += Double(call) }
            if !schedule.hasBases { rest -= call }
        }
        masks += Double(rest)
    }

    /// `Evaluator.rowwiseProducts`: results of so many terms each, scalars of so many bits.
    package mutating func addRowwise(
        results: Int, terms: Int, bits: Int, sets: Int = 1, shift: Int = 0, keyBits: Int
    ) {
        let width = Self.window(bits: bits, sets: sets, keyBits: keyBits)
        let digits = max(1, (bits + width - 1) / width)
        let table = (1 << width) - 2
        let squarings = (digits - 1) * width + (sets - 1) * shift
        let each = terms * (table + sets * digits) - sets * digits + squarings + sets * digits - 1
        powers += Double(results) * Double(each)
    }

    /// The window of least cost as `cm_pow_rows` chooses it: reading an entry takes the share of a product that a limb is of the
    /// modulus.
    private static func window(bits: Int, sets: Int, keyBits: Int) -> Int {
        let limbs = Double(2 * keyBits) / 64
        func cost(_ width: Int) -> Double {
            let entries = Double(1 << width)
            return entries - 2 + Double(sets * ((bits + width - 1) / width)) * (1 + entries / limbs)
        }
        return (1...6).min { cost($0) < cost($1) } ?? 1
    }

    /// `EncryptedSums.packed`: so many results, some in a ciphertext each.
    package mutating func addPacking(results: Int, perCiphertext: Int, slotBits: Int) {
        guard perCiphertext > 1 else { return }
        let groups = (results + perCiphertext - 1) / perCiphertext
        powers += Double(groups) * Double(min(perCiphertext, results) - 1) * Double(slotBits + 1)
    }

    /// `Evaluator.products`: as many results as columns of scalars, over the same ciphertexts.
    package mutating func addProducts(terms: Int, columns: Int, bits: Int, keyBits: Int) {
        guard columns >= Evaluator.fewestSharedColumns else {
            return addRowwise(results: columns, terms: terms, bits: bits, keyBits: keyBits)
        }
        let width = Evaluator.digitBits(scalarBits: bits, columns: columns)
        let digits = (bits + width - 1) / width
        powers += Double(terms * ((1 << width) - 2)) + Double(columns * (digits - 1) * (width + 1))
        tables += Double(columns) * Double(digits * terms)
    }

    /// `EncryptedRowProducts` over so many rows, packed.
    package mutating func addRowProducts(rows: Int, entries: Int, bits: Int, perResult: Int, slotBits: Int) {
        let digits = EncryptedRowProducts.digits(bits)
        let entryTables = entries * (digits * (1 << EncryptedRowProducts.digitBits - 2))
        let chain = entries * (digits - 1) * EncryptedRowProducts.digitBits
        tables += Double(rows) * Double(entries * digits)
        if EncryptedRowProducts.prefersShiftedTables(
            rows: rows, entries: entries, scalarBits: bits, perResult: perResult, slotBits: slotBits)
        {
            let shifts = min(perResult, rows)
            powers += Double(shifts * (entryTables + chain) + (shifts - 1) * entries * slotBits + rows)
        } else {
            powers += Double(entryTables + chain)
            addPacking(results: rows, perCiphertext: perResult, slotBits: slotBits)
        }
    }

    /// `EncryptedColumnSums`: rows with dense scalars in each column.
    package mutating func addColumnSums(rows: Int, columns: Int, bits: Int, keyBits: Int) {
        guard rows > 0, columns > 0 else { return }
        let plan = ColumnProductAccumulator.streams(
            ofColumn: bits, expectedRows: rows, columns: columns, modulusBytes: keyBits / 4)
        // Inverses take three products a row.
        buckets += Double(columns) * Double(plan.digits) * Double(rows + 2 * plan.buckets) + 3 * Double(rows)
        powers += Double(columns * bits)
    }

    /// `EncryptedSums.multiplied(by:)` with scalars of so many bits.
    package mutating func addMultiples(_ count: Int, bits: Int, keyBits: Int) {
        addRowwise(results: count, terms: 1, bits: bits, keyBits: keyBits)
    }
}
