import Bignum
import Synchronization

/// A table at rank 0, which the other ranks make for themselves once it has served enough exponents to pay for that.
final class ClusterTable: PowerTable {
    private let bases: ResidueVector
    private let digitBits: Int
    private let factor: ResidueVector?
    private let executor: ClusterExecutor
    private let local: any PowerTable
    private let use = Mutex(Use())

    private struct Use {
        var exponents = 0
        /// Under which it is known to the others.
        var id: UInt32?
    }

    init(_ bases: ResidueVector, digitBits: Int, factor: ResidueVector?, executor: ClusterExecutor) {
        self.bases = bases
        self.digitBits = digitBits
        self.factor = factor
        self.executor = executor
        local = executor.local.table(of: bases, digitBits: digitBits, factor: factor)
    }

    deinit {
        if let id = use.withLock({ $0.id }) { executor.release(.closeTable(id: id)) }
    }

    /// Each rank's table costs a product an entry, an exponent one a digit: after so many times as many exponents as a digit has
    /// entries, the tables are an eighth of the work.
    private var enough: Int { 8 << digitBits }

    func powers(secret exponents: LimbVector) -> ResidueVector {
        let batch = Batch(
            rows: exponents.count, modulus: bases.modulus, products: bases.count, residuesMoved: 1,
            bytes: exponents.bytesPerElement)
        return use.withLock { use in
            use.exponents += exponents.count
            guard use.exponents >= enough, batch.isWorthSharing(among: executor.reports.count) else { return nil }
            let isNew = use.id == nil
            let id = use.id ?? executor.newID()
            use.id = id
            return executor.inParts(
                batch,
                preparing: isNew
                    ? .openTable(id: id, bases: bases, digitBits: digitBits, factor: factor) : nil,
                here: { self.local.powers(secret: exponents[$0]) },
                request: { .tablePowers(id: id, exponents: exponents[$0]) })
        } ?? local.powers(secret: exponents)
    }
}
