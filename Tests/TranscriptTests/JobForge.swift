import Bignum
import Foundation
import Jobs
import Paillier
import PrivateSetIntersection
import SplitRegression
import Testing

@testable import Transcript
@testable import Wire

/// The honest job of ``WholeJobTests`` told again with other messages: every record, head and signature made anew under the
/// same session, so that nothing but the change can be wrong.
struct JobForge {
    /// A message of the honest job.
    struct Item {
        let from: String
        let type: MessageType
        let round: UInt32
        let chunk: Chunk
        var payload: [UInt8]
    }

    let recorded: WholeJobTests.Recorded
    var items: [Item]
    private let nonces: [String: Bytes32]
    let session: Bytes32
    /// Which payloads the folder keeps, and changes to single drafts.
    var storage = PayloadStorage.full
    var alter: (Int, inout Forge.Draft) -> Void = { _, _ in }

    init(_ recorded: WholeJobTests.Recorded) throws {
        let all = WholeJobTests.captured(recorded.path("hospital"), recorded.plan)
        self.recorded = recorded
        var nonces: [String: Bytes32] = [:]
        for (record, payload) in all where record.type == .binding {
            nonces[record.from] = try BindingMessage(payload: payload).nonce
        }
        self.nonces = nonces
        session = try #require(all.first).0.session
        items = all.map {
            Item(from: $0.0.from, type: $0.0.type, round: $0.0.round, chunk: $0.0.chunk, payload: $0.1)
        }
    }

    /// Place of a message: the nth of its kind, of one party or of any.
    func index(_ type: UInt16, _ number: Int = 0, from: String? = nil) throws -> Int {
        let places = items.indices.filter {
            items[$0].type.rawValue == type && (from ?? items[$0].from) == items[$0].from
        }
        return try #require(places.dropFirst(number).first)
    }

    mutating func edit(
        _ type: UInt16, _ number: Int = 0, from: String? = nil, _ change: (inout [UInt8]) throws -> Void
    ) throws {
        try change(&items[try index(type, number, from: from)].payload)
    }

    /// What a keeper without the lab's keys makes up after a checkpoint, in the lab's name.
    enum Invention: CaseIterable {
        /// Heads and cosignatures by keys of its own.
        case otherKeys
        /// Records alone, and no closing of the lab's.
        case noHeads
        /// No further checkpoint, and as a closing the last note that the lab did sign.
        case splicedNote
        /// All checkpoints and closings, each with the last note that the lab did sign.
        case repeatedNote
    }

    /// The training's last one, before coefficients are opened.
    mutating func dropLastCheckpoint() throws {
        dropCheckpoint(try #require(items.last { $0.type == .checkpoint }).round)
    }

    mutating func dropCheckpoint(_ number: UInt32) {
        items.removeAll { $0.round == number && ($0.type == .checkpoint || $0.type == .cosignature) }
    }

    /// Written to a folder as the hospital would have kept it.
    ///
    /// - Parameter other: a folder as the lab would have kept it.
    func write(
        _ folder: String, lab other: String? = nil, counts: [String: Int64] = ["rows": 60, "fitted": 60],
        finishes: Bool = true,
        inventing: (invention: Invention, after: UInt32)? = nil
    ) throws {
        let job = try Job(yaml: recorded.yaml)
        let agreed = recorded.purpose.hash(of: job.hash)
        func party(_ name: String, _ role: String, _ peerRole: String) throws -> Forge.Party {
            Forge.Party(
                try LocalParty(name: name, identity: try #require(recorded.keys[name])),
                SessionTerms(
                    jobHash: agreed, role: role, peerRole: peerRole,
                    protocols: [.alignment, .training, .inputs, .model]),
                nonce: try #require(nonces[name]), seed: try #require(recorded.seeds[name]))
        }
        var forge = try Forge(
            yaml: recorded.yaml, a: try party("hospital", "active", "passive"),
            b: try party("lab", "passive", "active"))
        #expect(forge.session == session)
        (forge.storage, forge.alter) = (storage, alter)
        try forge.bind()
        // Checkpoints are numbered anew, so that one can be left out.
        var checkpoints: Set<UInt32> = []
        var isClosed = false
        var genuine = ""
        var invention: Invention?
        for item in items {
            let sender = item.from == "hospital" ? \Forge.a : \Forge.b
            switch item.type {
            case .binding, .cosignature: break
            case .checkpoint:
                let number = UInt32(checkpoints.count)
                guard checkpoints.insert(item.round).inserted else { continue }
                switch invention {
                case nil, .otherKeys: try forge.checkpoint(number)
                case .noHeads, .splicedNote: break
                case .repeatedNote: try forge.checkpoint(number, note: genuine)
                }
                if let inventing, number == inventing.after {
                    invention = inventing.invention
                    genuine = forge.b.lastNote
                    (forge.b.log, forge.b.witness) = (SigningKey(), SigningKey())
                }
            case .closing:
                guard !isClosed else { continue }
                isClosed = true
                let round = UInt32(checkpoints.count)
                switch invention {
                case nil, .otherKeys: try forge.close(round)
                case .noHeads:
                    let note = try forge.closingNote(of: \.a).encoded
                    try forge.send(\.a, .closing, try ClosingMessage(note: note).encoded(), round: round)
                case .splicedNote, .repeatedNote: try forge.close(round, note: genuine)
                }
            case .approval:
                try forge.send(sender, .approval, try ApprovalMessage(note: forge.approval(of: sender)).encoded())
            default: try forge.send(sender, item.type, item.payload, round: item.round, chunk: item.chunk)
            }
        }
        try forge.write(folder, counts: counts, finishes: finishes)
        if let other { try forge.write(other, as: \.b, counts: counts, finishes: finishes) }
    }

    /// The training's keys made anew, the lab's from the hospital's, all properly proved; after them the checkpoint that
    /// signs them, and nothing more.
    mutating func keys(
        _ second: (PrivateKey, inout SystemRandomNumberGenerator) throws -> PrivateKey
    ) throws {
        var generator = SystemRandomNumberGenerator()
        let bits = WholeJobTests.trainingBits
        let id = session.bytes
        func context(_ purpose: String, _ prover: String, _ verifier: String) -> [UInt8] {
            ProofContext(sessionID: id, prover: prover, verifier: verifier, purpose: purpose).bytes
        }
        let one = try PrivateKey.generateUnchecked(bits: bits, using: &generator)
        let two = try second(one, &generator)
        var rings: [String: RingPedersenParameters] = [:]
        for (name, peer) in [("hospital", "lab"), ("lab", "hospital")] {
            let ring = try RingPedersenParameters.generateUnchecked(
                bits: bits, context: context("training verifier", name, peer), using: &generator)
            rings[name] = ring
            try edit(0x0201, from: name) { $0 = ChecksTests.prefixed(ring.serialized) }
        }
        for (name, peer, key) in [("hospital", "lab", one), ("lab", "hospital", two)] {
            let ring = try #require(rings[peer])
            let proof = KeyProof.prove(
                key, context: context("training key", name, peer), parameters: ring, using: &generator)
            try edit(0x0202, from: name) {
                $0 = ChecksTests.prefixed(key.publicKey.serialized) + ChecksTests.prefixed(proof.serialized)
            }
        }
        let last = max(try index(0x0202, from: "hospital"), try index(0x0202, from: "lab"))
        let checkpoint = try #require(items[last...].first { $0.type == .checkpoint })
        items.replaceSubrange((last + 1)..., with: [checkpoint])
    }

    /// Another width and value of a party's nth window, or of both parties'.
    mutating func window(
        _ number: Int, from parties: String..., change: (_ bits: UInt32, _ value: UInt64) -> (UInt32, UInt64)
    ) throws {
        for party in parties {
            try edit(0x021A, number, from: party) { payload in
                func read(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
                let (bits, value) = change(UInt32(read(payload[..<4])), read(payload[4...]))
                payload =
                    (0..<4).reversed().map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
                    + (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            }
        }
    }

    /// A party's first message of a kind under another number of its exchange.
    mutating func number(_ type: UInt16, as round: UInt32, from party: String) throws {
        let place = try index(type, from: party)
        let item = items[place]
        items[place] = Item(from: item.from, type: item.type, round: round, chunk: item.chunk, payload: item.payload)
    }

    /// A party's first message of a kind as one of another kind.
    mutating func retype(_ type: UInt16, as other: UInt16, from party: String) throws {
        let place = try index(type, from: party)
        let item = items[place]
        items[place] = Item(
            from: item.from, type: MessageType(rawValue: other), round: item.round, chunk: item.chunk,
            payload: item.payload)
    }

    /// Nothing of the training after both parties' coefficients.
    mutating func stopAfterTheCoefficients() throws {
        let last = try #require(items.lastIndex { $0.type.rawValue == 0x021B })
        // What ends every fit stays.
        let rest = items[(last + 1)...].filter { $0.type.protocolID == 0 || $0.type.rawValue == 0x0401 }
        items.replaceSubrange((last + 1)..., with: rest)
    }
}
