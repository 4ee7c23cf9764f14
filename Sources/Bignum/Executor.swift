internal import Synchronization

/// Where the batched operations run that nearly all of a job's time goes into: in this process, or spread over several.
///
/// Every operation is a function of its operands alone: it draws no randomness and knows no party, session or row number. So results,
/// and with them every byte on the wire and in a transcript, are the same for any executor.
package protocol Executor: Sendable {
    /// `bases[i] ^ exponents[i]`, or every base to the one exponent that there is if `shared`.
    ///
    /// - Parameter secret: the pattern of operations depends on `exponents.bits` and the sizes only; otherwise `shared` is true.
    func powers(of bases: ResidueVector, _ exponents: LimbVector, shared: Bool, secret: Bool) -> ResidueVector

    /// As ``ResidueVector/simultaneousPow(bases:secret:terms:sets:shift:)``.
    func productsOfPowers(
        of bases: ResidueVector, secret exponents: LimbVector, terms: Int, sets: Int, shift: Int
    ) -> ResidueVector

    /// Powers of fixed bases, digit k of an exponent for base k.
    ///
    /// - Parameters:
    ///   - digitBits: 1 to 12.
    ///   - factor: one residue that every result is multiplied by.
    func table(of bases: ResidueVector, digitBits: Int, factor: ResidueVector?) -> any PowerTable

    /// What takes rows of column products besides this process; nil where this process takes them all.
    ///
    /// - Parameter profiles: what is assumed of each column's signed scalars.
    func columnShares(_ profiles: [ColumnProfile], modulus: Modulus, expectedRows: Int) -> (any ColumnShares)?
}

/// Powers of fixed bases, ready for use.
package protocol PowerTable: AnyObject, Sendable {
    /// One result an exponent. The pattern of operations depends on the sizes only.
    func powers(secret exponents: LimbVector) -> ResidueVector
}

/// The rows of one accumulator's column products that other processes hold.
package protocol ColumnShares: AnyObject, Sendable {
    /// How many of the expected rows stay in this process.
    var expectedOwnRows: Int { get }
    /// How many of a chunk's first rows stay in this process.
    func ownRows(of rows: Int) -> Int
    /// Takes rows, all units, with signed scalars, a column each.
    func add(variableTime rows: ResidueVector, _ scalars: [[Int64]])
    /// One residue a column: the product over the rows taken so far. Zeros if some are lost: no peer takes a ciphertext 0, so nothing
    /// can come of them.
    ///
    /// - Parameter own: seconds that this process took to read off its own, of which others may take some times as many.
    func finish(beside own: Int) -> ResidueVector
}

/// The executor of this process's operations.
package enum Execution {
    /// Set it at start-up, before the first operation, or not at all.
    package static var current: any Executor { chosen.withLock { $0 } }
    package static func use(_ executor: any Executor) { chosen.withLock { $0 = executor } }
    private static let chosen = Mutex<any Executor>(LocalExecutor())
}
