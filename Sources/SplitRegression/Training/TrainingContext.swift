internal import Paillier
internal import Wire

/// What every step of a training job needs: who we are, the keys, the session, and a running round number.
final class TrainingContext {
    enum Role: Sendable { case active, passive }

    let role: Role
    let plan: TrainingPlan
    let keys: TrainingKeys
    let session: Session
    let rows: Int
    let testRows: Int
    let ownColumns: Int
    let peerColumns: Int
    let labelExponent: Int
    let report: @Sendable (TrainingProgress) -> Void
    /// The present round: one pass or one exchange that both parties take part in. What belongs to it carries its number.
    private(set) var round: UInt32 = 0

    init(
        role: Role, plan: TrainingPlan, keys: TrainingKeys, session: Session, rows: Int, testRows: Int, ownColumns: Int,
        peerColumns: Int,
        labelExponent: Int, report: @escaping @Sendable (TrainingProgress) -> Void
    ) {
        self.role = role
        self.plan = plan
        self.keys = keys
        self.session = session
        self.rows = rows
        self.testRows = testRows
        self.ownColumns = ownColumns
        self.peerColumns = peerColumns
        self.labelExponent = labelExponent
        self.report = report
    }

    var modulusBits: Int { keys.own.publicKey.modulusBits }

    /// Mean weight of the active party's own fit, a power of two: the scale of the passive party's block.
    var blockScale = 0.25

    var computesStandardErrors: Bool { standardErrorsWithheld == nil }

    /// Why this job computes no standard errors, if so.
    var standardErrorsWithheld: String? { plan.standardErrorsWithheld(rows: rows) }

    /// Both parties run the same steps in the same order, so that the numbers agree.
    func nextRound() -> UInt32 {
        round += 1
        return round
    }

    /// The range to announce for this party's predictor. Without a penalty a predictor beyond the covered range means that
    /// estimates run away, which is reported as what it is.
    func coveringRange(_ predictor: [Double]) throws(TrainingError) -> Double {
        do {
            return try PredictorRange.covering(predictor)
        } catch {
            throw plan.l2 == 0 ? .separation : error
        }
    }

    /// Adds both parties' parts of some sums. Parts are rounded to 24 significant bits and added in the order
    /// active, passive, so that both get the same doubles.
    func joint<Kind: NumbersKind>(_ kind: Kind.Type, _ own: [Double], round: UInt32) async throws -> [Double] {
        let rounded = own.map(Self.rounded)
        try await session.send(Numbers<Kind>(rounded), round: round)
        let peer = try await session.receive(Numbers<Kind>.self, round: round).values
        guard peer.count == rounded.count else { throw TrainingError.protocolViolation("a wrong number of products") }
        guard peer.allSatisfy({ Self.rounded($0) == $0 }) else {
            throw TrainingError.protocolViolation("a product that is not rounded")
        }
        return zip(rounded, peer).map { role == .active ? $0 + $1 : $1 + $0 }
    }

    /// To 24 significant bits.
    static func rounded(_ value: Double) -> Double { Double(Float(value)) }

    /// Opens the sum of both parties' shares modulo 2^128.
    func openSum(_ own: UInt128, round: UInt32) async throws -> Double {
        try await session.send(SumShare(own), round: round)
        let peer = try await session.receive(SumShare.self, round: round).value
        return SeparatedSum.value(own, peer)
    }
}
