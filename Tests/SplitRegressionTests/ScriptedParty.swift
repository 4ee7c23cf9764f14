import Bignum
import Foundation
import KeyAgreement
import Paillier
import Records
import Synchronization
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// A message of any bytes at all.
struct Forged<Original: Message>: Message {
    static var type: MessageType { Original.type }
    static var name: String { Original.name }
    let payload: [UInt8]

    init(_ payload: [UInt8]) { self.payload = payload }
    func encode(into encoder: inout Encoder) { encoder.writeFixed(payload) }
    init(from decoder: inout Decoder) throws(WireError) { throw .invalidValue("forged") }
}

/// A party under a test's control: honest as far as it goes, but for what a test does to its messages' bytes. Columns and
/// labels are zeros. It takes part in the setup, the keys, then
/// - logistic: two passes and the inner products after each;
/// - linear: the whole exchange;
/// and then ends the session by the name `scriptEnded`.
struct ScriptedParty: Sendable {
    /// The message's bytes as they should be, and the party's keys once it has them.
    typealias Change = @Sendable (MessageType, [UInt8], TrainingKeys?) throws -> [UInt8]

    let role: TrainingContext.Role
    let family: ModelFamily
    let rows: Int
    let columns: Int
    let change: Change

    static let keyBits = 512
    static let end = "scriptEnded"

    private struct State {
        let session: Session
        let keys: TrainingKeys
        let peerColumns: Int
    }

    private func send<M: Message>(
        _ message: M, over session: Session, keys: TrainingKeys?, round: UInt32 = 0
    ) async throws {
        let payload = try message.encoded()
        let changed = try change(M.type, payload, keys)
        if changed == payload {
            try await session.send(message, round: round)
        } else {
            try await session.send(Forged<M>(changed), round: round)
        }
    }

    func run(_ session: Session) async throws {
        try await send(
            TrainingSetup(rows: rows, columns: columns, testRows: 0, labelExponent: 0), over: session, keys: nil)
        let setup = try await session.receive(TrainingSetup.self)
        let keys = try await exchangeKeys(session)
        try await session.checkpoint()
        let state = State(session: session, keys: keys, peerColumns: setup.columns)
        switch family {
        case .linear: try await linear(state)
        case .logistic: try await logistic(state)
        }
        await session.abort(AbortReason(.cancelled, Self.end))
    }

    /// As the honest one, with the key message open to changes.
    private func exchangeKeys(_ session: Session) async throws -> TrainingKeys {
        func context(_ purpose: String, isOwn: Bool) -> [UInt8] {
            let (own, peer) = (session.localName, session.peerName)
            return ProofContext(
                sessionID: session.id.bytes, prover: isOwn ? own : peer, verifier: isOwn ? peer : own, purpose: purpose
            ).bytes
        }
        var generator = session.randomness("script")
        let ring = try RingPedersenParameters.generateUnchecked(
            bits: Self.keyBits, context: context("training verifier", isOwn: true), using: &generator)
        try await send(TrainingParametersMessage(parameters: ring.serialized), over: session, keys: nil)
        let peerRing = try RingPedersenParameters(
            serialized: try await session.receive(TrainingParametersMessage.self).parameters,
            context: context("training verifier", isOwn: false), floor: Self.keyBits)
        let own = try PrivateKey.generateUnchecked(bits: Self.keyBits, using: &generator)
        let proof = KeyProof.prove(
            own, context: context("training key", isOwn: true), parameters: peerRing, using: &generator)
        try await send(
            TrainingKeyMessage(publicKey: own.publicKey.serialized, proof: proof.serialized), over: session, keys: nil)
        let peer = try PublicKey(
            serialized: try await session.receive(TrainingKeyMessage.self).publicKey, floor: Self.keyBits)
        return TrainingKeys(own: own, peer: peer, evaluator: Evaluator(publicKey: peer, using: &generator))
    }

    // MARK: - Logistic

    private func logistic(_ state: State) async throws {
        let (session, keys) = (state.session, state.keys)
        var scale = 0.25
        if role == .active {
            try await send(Numbers<BlockScaleKind>([scale]), over: session, keys: keys)
        } else {
            scale = try await session.receive(Numbers<BlockScaleKind>.self).values[0]
        }
        try await pass(state, round: 1, scale: scale)
        // A steep start, so that any step is accepted.
        try await send(Numbers<SlopeProductsKind>([0, 0x1p20]), over: session, keys: keys, round: 1)
        _ = try await session.receive(Numbers<SlopeProductsKind>.self, round: 1)
        try await pass(state, round: 2, scale: scale)
        try await send(Numbers<SlopeProductsKind>([0, 4]), over: session, keys: keys, round: 2)
        _ = try await session.receive(Numbers<SlopeProductsKind>.self, round: 2)
        try await send(Numbers<HistoryProductsKind>([1, 1, 0, 0]), over: session, keys: keys, round: 2)
        _ = try await session.receive(Numbers<HistoryProductsKind>.self, round: 2)
    }

    private func pass(_ state: State, round: UInt32, scale: Double) async throws {
        let (session, keys) = (state.session, state.keys)
        let layout: SeparationLayout
        if role == .passive {
            let bound = scale.squareRoot() / 64 / (4 * Double(rows).squareRoot())
            layout = try SeparationLayout(
                kind: .mean, radius: PredictorRange.smallest, bound: bound, modulusBits: Self.keyBits)
            try await send(
                Numbers<PredictorRangeKind>([layout.radius, Double(layout.terms)]), over: session, keys: keys,
                round: round)
        } else {
            let announced = try await session.receive(Numbers<PredictorRangeKind>.self, round: round).values
            layout = try SeparationLayout(
                kind: .mean, radius: announced[0], terms: Int(announced[1]), modulusBits: Self.keyBits)
        }
        var generator = session.randomness("script", round: round)
        let zeros = Array(repeating: 0.0, count: rows)
        switch role {
        case .active:
            let owner = SeparatedOwner(layout: layout, key: keys.own)
            let prepared = try owner.prepare(predictor: zeros, label: zeros)
            let coefficients = keys.own.encrypt(prepared.plaintexts, using: &generator)
            try await send(
                Payload<CoefficientChunkKind>(coefficients.serialized), over: session, keys: keys, round: round)
            let results = try await session.receive(Payload<SharedResultsKind>.self, round: round).bytes
            let opened = keys.own.decrypt(
                try CiphertextVector(serialized: results, count: layout.groups(rows: rows), key: keys.own.publicKey))
            _ = try await session.receive(Payload<ShareCiphertextsKind>.self, round: round)
            try await sendShares(
                owner.shares(ofOpened: opened, corrections: prepared.corrections), state, layout, round: round)
        case .passive:
            let computer = SeparatedEvaluator(layout: layout, evaluator: keys.evaluator)
            let prepared = computer.prepare(predictor: zeros)
            let bytes = try await session.receive(Payload<CoefficientChunkKind>.self, round: round).bytes
            let coefficients = try CiphertextVector(
                serialized: bytes, count: rows * layout.ciphertextsPerRow, key: keys.peer)
            let (results, masks) = keys.evaluator.mask(
                computer.groupSums(coefficients, prepared: prepared), using: &generator)
            try await send(Payload<SharedResultsKind>(results.serialized), over: session, keys: keys, round: round)
            try await sendShares(computer.shares(ofMasks: masks, prepared: prepared), state, layout, round: round)
            _ = try await session.receive(Payload<ShareCiphertextsKind>.self, round: round)
        }
        let slots = try SumSlots(
            slotBits: 64 + SeparationLayout.ceilLog2(rows), modulusBits: Self.keyBits)
        try await ask(state, ciphertexts: slots.ciphertexts(for: columns), round: round)
        try await answer(state, count: state.peerColumns, slots: slots, round: round)
        _ = try await session.receive(Payload<OpenedSumsKind>.self, round: round)
    }

    private func sendShares(
        _ shares: [Int128], _ state: State, _ layout: SeparationLayout, round: UInt32
    ) async throws {
        let offset = (Int128(1) << Int128(layout.slotBits)) + (Int128(1) << 62)
        var generator = state.session.randomness("script/shares", round: round)
        let encrypted = state.keys.own.encrypt(
            try LimbVector(shares.map { BigInt($0 + offset) }, bits: layout.slotBits + 2), using: &generator)
        try await send(
            Payload<ShareCiphertextsKind>(encrypted.serialized), over: state.session, keys: state.keys, round: round)
    }

    private func ask(_ state: State, ciphertexts: Int, round: UInt32) async throws {
        var generator = state.session.randomness("script/ask", round: round)
        let request = state.keys.evaluator.encrypt(LimbVector(count: ciphertexts, bits: 64), using: &generator)
        try await send(
            Payload<MaskedSumsKind>(request.serialized), over: state.session, keys: state.keys, round: round)
    }

    private func answer(
        _ state: State, count: Int, slots: SumSlots, round: UInt32, isSigned: Bool = false
    ) async throws {
        let request = try await state.session.receive(Payload<MaskedSumsKind>.self, round: round).bytes
        let ciphertexts = slots.ciphertexts(for: count)
        let opened = state.keys.own.decrypt(
            try CiphertextVector(serialized: request, count: ciphertexts, key: state.keys.own.publicKey))
        var bytes: [UInt8] = []
        for index in 0..<ciphertexts {
            let inside = min(slots.slotsPerCiphertext, count - index * slots.slotsPerCiphertext)
            let bits = inside * slots.slotBits
            bytes += try opened[index].mod(BigInt(1) << bits).bigEndianBytes(width: (bits + 7) / 8)
        }
        if isSigned { try await state.session.checkpoint() }
        try await send(Payload<OpenedSumsKind>(bytes), over: state.session, keys: state.keys, round: round)
    }

    // MARK: - Linear

    private func linear(_ state: State) async throws {
        let (session, keys) = (state.session, state.keys)
        switch role {
        case .active:
            var generator = session.randomness("script/basis")
            let basis = keys.own.encrypt(LimbVector(count: rows, bits: 64), using: &generator)
            try await send(Payload<BasisRowsKind>(basis.serialized), over: session, keys: keys, round: 1)
            let slots = SumSlots(
                try SumSlots(slotBits: 56 + SeparationLayout.ceilLog2(rows), modulusBits: Self.keyBits),
                atMost: columns + 1)
            try await answer(state, count: state.peerColumns * (columns + 1), slots: slots, round: 1, isSigned: true)
            try await session.checkpoint()
            _ = try await session.receive(Numbers<PassiveSolutionKind>.self, round: 1)
            try await send(Numbers<ResidualVarianceKind>([1]), over: session, keys: keys, round: 1)
            _ = try await session.receive(Numbers<CovariancePartsKind>.self, round: 1)
            try await session.checkpoint()
            _ = try await session.receive(Numbers<RawOffsetKind>.self, round: 1)
        case .passive:
            _ = try await session.receive(Payload<BasisRowsKind>.self, round: 1)
            try await ask(state, ciphertexts: columns, round: 1)
            try await session.checkpoint()
            _ = try await session.receive(Payload<OpenedSumsKind>.self, round: 1)
            try await session.checkpoint()
            let solution = Array(repeating: 0.0, count: state.peerColumns + 2)
            try await send(Numbers<PassiveSolutionKind>(solution), over: session, keys: keys, round: 1)
            _ = try await session.receive(Numbers<ResidualVarianceKind>.self, round: 1)
            let parts = state.peerColumns * (state.peerColumns + 1) / 2 + state.peerColumns + 1
            try await send(
                Numbers<CovariancePartsKind>(Array(repeating: 0, count: parts)), over: session, keys: keys, round: 1)
            try await session.checkpoint()
            try await send(Numbers<RawOffsetKind>([0]), over: session, keys: keys, round: 1)
        }
    }
}

/// An honest party against a scripted one.
struct Confrontation: Sendable {
    let honest: Result<TrainingOutcome, any Error>
    let scripted: Result<Void, any Error>
    /// Types of the messages that the honest party sent.
    let sent: [MessageType]
    /// Passes that the honest party came to the end of.
    let passes: Int

    /// - Parameter scripted: the role under the test's control, changed by `change`.
    static func run(
        _ scripted: TrainingContext.Role, _ family: ModelFamily, rows: Int = 24,
        change: @escaping ScriptedParty.Change = { _, bytes, _ in bytes }
    ) async throws -> Confrontation {
        let table = MadeTable.sample(family, rows: rows, active: 2, passive: 2, seed: 77)
        var made = TrainingPlan(family: family, maximumPasses: 10, keyBits: ScriptedParty.keyBits)
        // The active party's constant counts.
        (made.activeColumns, made.passiveColumns) = (3, 2)
        let plan = made
        let bits = family.featureFractionBits
        let pair = try await SessionPair.open(family: family)
        let passes = Mutex(0)
        let honest: @Sendable (Session) async throws -> TrainingOutcome
        if scripted == .active {
            let input = try table.input(\.passive, fractionBits: bits)
            honest = { session in
                try await Training.passive(input, plan: plan, keyFloor: plan.keyBits, over: session) { _ in }
            }
        } else {
            let input = try table.input(\.active, fractionBits: bits)
            honest = { session in
                try await Training.active(
                    input, label: table.label, testLabel: [], plan: plan, keyFloor: plan.keyBits, over: session
                ) { progress in
                    if case .pass(let pass, _) = progress { passes.withLock { $0 = pass } }
                }
            }
        }
        let script = ScriptedParty(
            role: scripted, family: family, rows: rows, columns: scripted == .active ? 3 : 2, change: change)
        let (mine, theirs) = scripted == .active ? (pair.passive, pair.active) : (pair.active, pair.passive)
        async let a = result { try await mine.run { try await honest($0) } }
        async let b = result { try await theirs.run { try await script.run($0) } }
        let (honestResult, scriptedResult) = (await a, await b)
        let log = scripted == .active ? pair.passiveLog : pair.activeLog
        return Confrontation(
            honest: honestResult, scripted: scriptedResult,
            sent: try log.entries(of: .outgoing).map { try Record(encoded: $0.record).type },
            passes: passes.withLock { $0 })
    }

    /// Whether the honest party told of this: heard by the scripted one, or sent after that had come to its end.
    func told(_ reason: AbortReason) -> Bool {
        if case .success = scripted { return sent.last == .abort }
        return self.reason == reason
    }

    var honestError: (any Error)? {
        if case .failure(let error) = honest { error } else { nil }
    }

    /// What the scripted party was told.
    var reason: AbortReason? {
        guard case .failure(let error) = scripted, case .peerAborted(_, let reason)? = error as? WireError else {
            return nil
        }
        return reason
    }
}
