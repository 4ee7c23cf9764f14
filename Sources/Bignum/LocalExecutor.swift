internal import CMontgomery

/// All processors that this process may use.
package struct LocalExecutor: Executor {
    package init() {}

    package func powers(
        of bases: ResidueVector, _ exponents: LimbVector, shared: Bool, secret: Bool
    ) -> ResidueVector {
        let modulus = bases.modulus
        let result = ResidueVector(uninitialized: bases.count, modulus: modulus)
        let (source, target) = (bases.buffer, result.buffer)
        let step = shared ? 0 : exponents.limbsPerElement
        inParallel(count: bases.count) { part in
            let offset = part.lowerBound * modulus.words
            unsafe cm_pow(
                modulus.context, target.pointer + offset, source.pointer + offset, part.count,
                exponents.buffer.pointer + part.lowerBound * step, exponents.limbsPerElement, step, exponents.bits,
                secret ? 1 : 0)
        }
        return result
    }

    package func productsOfPowers(
        of bases: ResidueVector, secret exponents: LimbVector, terms: Int, sets: Int, shift: Int
    ) -> ResidueVector {
        let result = ResidueVector(uninitialized: bases.count / terms, modulus: bases.modulus)
        let (source, target, modulus) = (bases.buffer, result.buffer, bases.modulus)
        inParallel(count: result.count) { part in
            let first = part.lowerBound * terms
            unsafe cm_pow_rows(
                modulus.context, target.pointer + part.lowerBound * modulus.words,
                source.pointer + first * modulus.words, part.count, terms,
                exponents.buffer.pointer + first * sets * exponents.limbsPerElement, exponents.limbsPerElement,
                exponents.bits, sets, shift)
        }
        return result
    }

    package func table(of bases: ResidueVector, digitBits: Int, factor: ResidueVector?) -> any PowerTable {
        LocalTable(bases, digitBits: digitBits, factor: factor)
    }

    package func columnShares(
        _ profiles: [ColumnProfile], modulus: Modulus, expectedRows: Int
    ) -> (any ColumnShares)? { nil }
}

/// The kernel's own table.
@safe private final class LocalTable: PowerTable, @unchecked Sendable {
    private let modulus: Modulus
    private let pointer: OpaquePointer

    init(_ bases: ResidueVector, digitBits: Int, factor: ResidueVector?) {
        modulus = bases.modulus
        unsafe pointer = cm_table_new(
            bases.modulus.context, bases.buffer.pointer, bases.count, UInt32(digitBits), factor?.buffer.pointer)
    }

    deinit { unsafe cm_table_free(pointer) }

    func powers(secret exponents: LimbVector) -> ResidueVector {
        let result = ResidueVector(uninitialized: exponents.count, modulus: modulus)
        let (target, modulus) = (result.buffer, modulus)
        inParallel(count: exponents.count) { part in
            unsafe cm_table_pow(
                modulus.context, pointer, target.pointer + part.lowerBound * modulus.words, part.count,
                exponents.buffer.pointer + part.lowerBound * exponents.limbsPerElement, exponents.limbsPerElement)
        }
        return result
    }
}
