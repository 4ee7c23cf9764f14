import Bignum
import Foundation

/// A rank above 0: computes what rank 0 asks for, on all processors that it may use, and knows nothing of parties, sessions or files.
package struct ClusterWorker: ~Copyable {
    private var link: SealedLink
    private let local = LocalExecutor()
    private var tables: [UInt32: any PowerTable] = [:]
    private var tableDigits: [UInt32: Int] = [:]
    private var sums: [UInt32: ColumnProductAccumulator] = [:]
    private var moduli: [UInt32: Modulus] = [:]
    /// The first thing that went wrong: the answer to every later question.
    private var fault: WorkerFault?

    /// Greets rank 0 and says what this rank is.
    ///
    /// - Parameter key: what reading the key file came to.
    /// - Throws: ``LinkError`` when there will be no work.
    package init(
        _ link: any RankLink, rank: Int, key: Result<ClusterKey, KeyProblem>, report: RankReport
    ) throws(LinkError) {
        let own: Greeting
        switch key {
        case .success: own = .fresh()
        case .failure(let problem): own = Greeting(content: .failure(problem))
        }
        try link.post(own.encoded)
        try link.flush(seconds: Self.patience)
        guard case .success(let key) = key, case .success(let nonce) = own.content else {
            if case .failure(let problem) = key { throw .key(problem) }
            throw .notAuthentic
        }
        guard case .success(let first) = try Greeting(link.receive(seconds: Self.patience)).content else {
            throw .notAuthentic
        }
        let nonces = (first: first, other: nonce)
        var sealed = SealedLink(
            link, sealing: key.derived(.from, rank: rank, nonces: nonces),
            opening: key.derived(.to, rank: rank, nonces: nonces))
        try sealed.post(report.encoded())
        try link.flush(seconds: Self.patience)
        self.link = sealed
    }

    /// Seconds without a word of rank 0, which says every ``ClusterExecutor/pulse`` seconds that it is there.
    static let patience = 600

    /// Works until rank 0 says stop.
    ///
    /// - Throws: ``LinkError`` when rank 0 can no longer be understood, or is gone.
    package mutating func serve() throws(LinkError) {
        while true {
            let packet = try link.receive(seconds: Self.patience)
            let request: Request
            do {
                request = try Request(packet)
            } catch {
                // Whoever asks next hears of it.
                if fault == nil { fault = .malformed }
                try answer(.fault(.malformed))
                continue
            }
            if case .stop = request { return }
            if let reply = perform(request) { try answer(reply) }
        }
    }

    private mutating func answer(_ reply: Reply) throws(LinkError) {
        try link.post(reply.encoded())
        try link.link.flush(seconds: Self.patience)
    }

    /// - Returns: nil for a request that is not answered.
    private mutating func perform(_ request: Request) -> Reply? {
        switch request {
        case .powers(let bases, let exponents, let shared, let secret):
            return reply(local.powers(of: bases, exponents, shared: shared, secret: secret))
        case .productsOfPowers(let bases, let exponents, let terms, let sets, let shift):
            return reply(
                local.productsOfPowers(of: bases, secret: exponents, terms: terms, sets: sets, shift: shift))
        case .openTable(let id, let bases, let digitBits, let factor):
            tables[id] = local.table(of: bases, digitBits: digitBits, factor: factor)
            tableDigits[id] = bases.count * digitBits
        case .tablePowers(let id, let exponents):
            guard let table = tables[id], let bits = tableDigits[id] else { return failed(.unknownHandle) }
            guard exponents.bits <= bits else { return failed(.malformed) }
            return reply(table.powers(secret: exponents))
        case .closeTable(let id): (tables[id], tableDigits[id]) = (nil, nil)
        case .openSums(let id, let profiles, let modulus, let expectedRows):
            moduli[id] = modulus
            sums[id] = ColumnProductAccumulator(
                profiles: profiles, modulus: modulus, expectedRows: expectedRows, executor: local)
        case .addRows(let id, let rows, let scalars):
            guard let modulus = moduli[id], rows.modulus == modulus, sums[id]?.profiles?.count == scalars.columns.count
            else {
                _ = failed(sums[id] == nil ? .unknownHandle : .malformed)
                return nil
            }
            do {
                try sums[id]?.add(variableTime: rows, signed: scalars.columns)
            } catch {
                _ = failed(.notInvertible)
            }
        case .finishSums(let id):
            guard let sum = sums[id] else { return failed(.unknownHandle) }
            return reply(sum.finish())
        case .closeSums(let id): (sums[id], moduli[id]) = (nil, nil)
        case .keepAlive, .stop: break
        }
        return nil
    }

    private func reply(_ residues: ResidueVector) -> Reply { fault.map { .fault($0) } ?? .residues(residues) }

    private mutating func failed(_ new: WorkerFault) -> Reply {
        if fault == nil { fault = new }
        return .fault(fault ?? new)
    }
}
