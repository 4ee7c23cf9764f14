package import Bignum
import Foundation
import Synchronization

/// Rank 0's executor: shares the rows of large batches among the ranks, itself one of them, and does small ones alone.
///
/// Once a rank is lost nothing more is asked of any: what can be computed again is computed here, and whoever started the executor
/// is told, once, so that it ends the session.
package final class ClusterExecutor: Executor {
    package let reports: [RankReport]
    let local = LocalExecutor()
    private let patience: Int
    private let onFailure: @Sendable (ClusterFailure) -> Void
    private let ranks: Mutex<Ranks>
    private let lastID = Mutex<UInt32>(0)
    /// Tables and sums that nobody needs any more; told to the others before anything else is asked of them.
    private let released = Mutex<[Request]>([])

    /// Greets the other ranks.
    ///
    /// - Parameters:
    ///   - links: to ranks 1, 2, ...
    ///   - own: what rank 0 is.
    ///   - patience: seconds after which a rank that owes an answer counts as lost; beside ten times what rank 0 took for its own share.
    ///   - onFailure: called once, while the operation that noticed it runs.
    /// - Throws: ``ClusterFailure`` of the first rank that cannot take part.
    package init(
        _ links: [any RankLink], key: ClusterKey, own: RankReport, patience: Int,
        onFailure: @escaping @Sendable (ClusterFailure) -> Void
    ) throws(ClusterFailure) {
        var sealed: [SealedLink] = []
        var reports = [own]
        for (index, link) in links.enumerated() {
            do throws(LinkError) {
                let (one, report) = try Self.greet(link, rank: index + 1, key: key, patience: patience)
                guard report.version == own.version else { throw LinkError.otherVersion(report.version) }
                sealed.append(one)
                reports.append(report)
            } catch {
                throw ClusterFailure(rank: index + 1, ranks: links.count + 1, cause: error)
            }
        }
        self.reports = reports
        self.patience = patience
        self.onFailure = onFailure
        ranks = Mutex(Ranks(links: sealed, patience: patience))
    }

    private static func greet(
        _ link: any RankLink, rank: Int, key: ClusterKey, patience: Int
    ) throws(LinkError) -> (SealedLink, RankReport) {
        let other: Data
        switch try Greeting(link.receive(seconds: patience)).content {
        case .success(let nonce): other = nonce
        case .failure(let problem): throw .key(problem)
        }
        let own = Greeting.fresh()
        guard case .success(let first) = own.content else { throw .notAuthentic }
        try link.post(own.encoded)
        try link.flush(seconds: patience)
        var sealed = SealedLink(
            link, sealing: key.derived(.to, rank: rank, nonces: (first, other)),
            opening: key.derived(.from, rank: rank, nonces: (first, other)))
        let report = try RankReport(sealed.receive(seconds: patience))
        return (sealed, report)
    }

    /// The first rank that was lost.
    package var failure: ClusterFailure? { ranks.withLock { $0.failure } }

    /// Requests sent to other ranks so far.
    package var messages: Int { ranks.withLock { $0.messages } }

    /// Ends the other ranks' work.
    ///
    /// - Returns: whether all were told: else they are best ended by whoever started them.
    package func stop() -> Bool {
        // An operation may be running in another thread when the process ends; a keep-alive takes a moment.
        for _ in 0..<10 {
            let told: Bool? = ranks.withLockIfAvailable { ranks in
                ranks.isEnded = true
                guard ranks.failure == nil else { return false }
                do {
                    try ranks.tellAll(.stop)
                    try ranks.flush()
                    return true
                } catch {
                    return false
                }
            }
            if let told { return told }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return false
    }

    /// Seconds between two words to ranks that have nothing to do.
    package static let pulse = 30

    /// Tells all others that rank 0 is there; waits for an operation to end. For a thread of its own.
    ///
    /// - Returns: false once a rank is lost, or all were told to stop.
    package func keepAlive() -> Bool {
        ranks.withLock { ranks in
            guard ranks.failure == nil, !ranks.isEnded else { return false }
            do {
                try ranks.tellAll(.keepAlive)
                return true
            } catch {
                // The next operation names it.
                return false
            }
        }
    }

    // MARK: Operations

    package func powers(
        of bases: ResidueVector, _ exponents: LimbVector, shared: Bool, secret: Bool
    ) -> ResidueVector {
        func own(_ rows: Range<Int>) -> LimbVector { shared ? exponents : exponents[rows] }
        let batch = Batch(
            rows: bases.count, modulus: bases.modulus, products: exponents.bits + exponents.bits / 5, residuesMoved: 2,
            bytes: bases.modulus.byteWidth + (shared ? 0 : exponents.bytesPerElement))
        let result = inParts(
            batch,
            here: { self.local.powers(of: bases[$0], own($0), shared: shared, secret: secret) },
            request: { .powers(bases: bases[$0], exponents: own($0), shared: shared, secret: secret) })
        return result ?? local.powers(of: bases, exponents, shared: shared, secret: secret)
    }

    package func productsOfPowers(
        of bases: ResidueVector, secret exponents: LimbVector, terms: Int, sets: Int, shift: Int
    ) -> ResidueVector {
        func operands(_ rows: Range<Int>) -> (bases: ResidueVector, exponents: LimbVector) {
            let part = rows.lowerBound * terms..<rows.upperBound * terms
            return (bases[part], exponents[part.lowerBound * sets..<part.upperBound * sets])
        }
        let batch = Batch(
            rows: bases.count / terms, modulus: bases.modulus,
            products: exponents.bits + shift * (sets - 1) + terms * sets * exponents.bits / 5,
            residuesMoved: terms + 1,
            bytes: terms * (bases.modulus.byteWidth + sets * exponents.bytesPerElement))
        let result = inParts(
            batch,
            here: { rows in
                let (bases, exponents) = operands(rows)
                return self.local.productsOfPowers(
                    of: bases, secret: exponents, terms: terms, sets: sets, shift: shift)
            },
            request: { rows in
                let (bases, exponents) = operands(rows)
                return .productsOfPowers(
                    bases: bases, exponents: exponents, terms: terms, sets: sets, shift: shift)
            })
        return result
            ?? local.productsOfPowers(of: bases, secret: exponents, terms: terms, sets: sets, shift: shift)
    }

    package func table(of bases: ResidueVector, digitBits: Int, factor: ResidueVector?) -> any PowerTable {
        ClusterTable(bases, digitBits: digitBits, factor: factor, executor: self)
    }

    package func columnShares(
        _ profiles: [ColumnProfile], modulus: Modulus, expectedRows: Int
    ) -> (any ColumnShares)? {
        let products = ColumnProductAccumulator.productsPerRow(
            profiles, modulus: modulus, expectedRows: expectedRows)
        guard products >= Batch.leastProductsOfSums, expectedRows >= reports.count * Self.leastRowsOfSums,
            failure == nil
        else { return nil }
        return ClusterSums(profiles, modulus: modulus, expectedRows: expectedRows, executor: self)
    }

    /// Fewer rows a rank do not pay for reading the sums off the buckets at each.
    private static let leastRowsOfSums = 512

    // MARK: Sharing

    /// Rows 0..<count in contiguous parts, one a rank, as large as its processors are many and fast; multiples of eight, so that
    /// vectors stay whole.
    func parts(of count: Int) -> [Range<Int>] { Self.parts(of: count, reports.map(\.weight)) }

    /// The same without rank 0.
    func otherParts(of count: Int) -> [Range<Int>] { Self.parts(of: count, reports.dropFirst().map(\.weight)) }

    private static func parts(of count: Int, _ weights: [Double]) -> [Range<Int>] {
        let all = weights.reduce(0, +)
        var parts: [Range<Int>] = []
        var (start, sum) = (0, 0.0)
        for (index, weight) in weights.enumerated() {
            sum += weight
            let ideal = Int((Double(count) * sum / all / 8).rounded()) * 8
            let end = index == weights.count - 1 ? count : min(max(ideal, start), count)
            parts.append(start..<end)
            start = end
        }
        return parts
    }

    /// One residue a row, in parts by all ranks.
    ///
    /// - Parameters:
    ///   - here: computes some rows in this process.
    ///   - request: asks for some rows.
    ///   - preparing: asked of each rank first; not answered.
    /// - Returns: nil if the batch is not worth it, or a rank is lost.
    func inParts(
        _ batch: Batch, preparing: Request? = nil, here: (Range<Int>) -> ResidueVector,
        request: (Range<Int>) -> Request
    ) -> ResidueVector? {
        guard batch.isWorthSharing(among: reports.count) else { return nil }
        return attempt { ranks throws(ClusterFailure) in
            if let preparing { try ranks.tellAll(preparing) }
            var result = ResidueVector(repeating: 1, count: 0, modulus: batch.modulus)
            for round in batch.rounds(among: reports.count) {
                let parts = parts(of: round.count).map {
                    round.lowerBound + $0.lowerBound..<round.lowerBound + $0.upperBound
                }
                for (index, part) in parts.dropFirst().enumerated() where !part.isEmpty {
                    try ranks.post(request(part), to: index)
                }
                try ranks.flush()
                let start = ContinuousClock.now
                result.append(contentsOf: here(parts[0]))
                let own = Int((ContinuousClock.now - start).components.seconds)
                for (index, part) in parts.dropFirst().enumerated() where !part.isEmpty {
                    result.append(
                        contentsOf: try ranks.residues(part.count, batch.modulus, from: index, beside: own))
                }
            }
            return result
        }
    }

    /// Runs `body` with the other ranks; nil if one is lost by then, or now.
    func attempt<R: Sendable>(_ body: (inout Ranks) throws(ClusterFailure) -> R) -> R? {
        ranks.withLock { ranks -> R? in
            guard ranks.failure == nil, !ranks.isEnded else { return nil }
            do throws(ClusterFailure) {
                for request in released.withLock({ requests in
                    defer { requests = [] }
                    return requests
                }) { try ranks.tellAll(request) }
                return try body(&ranks)
            } catch {
                ranks.failure = error
                onFailure(error)
                return nil
            }
        }
    }

    func newID() -> UInt32 {
        lastID.withLock { last in
            last &+= 1
            return last
        }
    }

    /// May be called while an operation runs: objects go when they go.
    func release(_ request: Request) { released.withLock { $0.append(request) } }
}
