import Crypto
import Foundation
import TestSupport
import Testing

@testable import Wire

/// `protocols/vectors/wire.json`, made by a program that shares no code with this one.
@Suite struct VectorTests {
    struct Vectors: Decodable {
        struct Identities: Decodable { let secrets: [[String]] }
        struct Randomness: Decodable {
            let label: String
            let round: UInt32
            let attempt: UInt32
            let chunk: UInt32
            let seenSize: UInt64
            let seenRoot: String
            let first: String
            let from4096: String
        }
        struct Tree: Decodable {
            let inputs: [String]
            let roots: [String]
        }
        let identities: Identities
        let job: String
        let nonces: [String]
        let seeds: [String]
        let certificates: [String]
        let hellos: [String]
        let session: String
        let bindingStatement: String
        let binding: String
        let records: [String]
        let payloads: [String]
        let leaves: [String]
        let root: String
        let frame: String
        let randomness: Randomness
        let checkpoint: String
        let closing: String
        let cosignatureTime: UInt64
        let rfc6962: Tree
    }

    let vectors: Vectors

    init() throws {
        vectors = try Repository.vectors("wire")
    }

    private func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }
    private func value(_ hex: String) throws -> Bytes32 { try #require(Bytes32(hex: hex)) }

    private func hello(_ side: Int) throws -> Hello {
        let keys = try vectors.identities.secrets[side].map { try SigningKey(rawRepresentation: bytes($0)) }
        let role = ["active", "passive"]
        return Hello(
            party: try LocalParty(
                name: ["hospital", "lab"][side], identity: keys[0],
                certificateFingerprint: value(vectors.certificates[side])),
            terms: SessionTerms(
                jobHash: try value(vectors.job), role: role[side], peerRole: role[1 - side],
                protocols: [ProtocolVersion(id: 1, version: 3)]),
            nonce: try value(vectors.nonces[side]),
            seed: try #require(SessionSeed(rawRepresentation: bytes(vectors.seeds[side]))),
            logKey: keys[1].publicKey, witnessKey: keys[2].publicKey)
    }

    @Test func handshake() throws {
        let hellos = [try hello(0), try hello(1)]
        for (hello, expected) in zip(hellos, vectors.hellos) {
            #expect(try Hex.encode(hello.encoded) == expected)
            #expect(try Hello(encoded: bytes(expected)) == hello)
        }
        let session = try SessionBinding.sessionID(
            jobHash: value(vectors.job), (hellos[1], value(vectors.nonces[1])), (hellos[0], value(vectors.nonces[0])))
        #expect(session.hex == vectors.session)
        let statement = try SessionBinding.signed(
            session: session, jobHash: value(vectors.job), signer: "hospital", hellos[1], hellos[0])
        #expect(Hex.encode(statement) == vectors.bindingStatement)
        let binding = try BindingMessage(payload: bytes(vectors.binding))
        #expect(try binding.verified(session: session, against: hellos[1]) == hellos[0].party)
    }

    @Test func recordsLeavesAndFrames() throws {
        var tree = MerkleTree()
        for index in 0..<2 {
            let encoded = try bytes(vectors.records[index])
            let record = try Record(encoded: encoded)
            #expect(try record.encoded == encoded)
            #expect(record.matches(payload: try bytes(vectors.payloads[index])))
            #expect(MerkleHash.leaf(encoded).hex == vectors.leaves[index])
            tree.append(leaf: MerkleHash.leaf(encoded))
        }
        #expect(tree.head.root.hex == vectors.root)
        let frame = Frame.record(try bytes(vectors.records[1]), payload: try bytes(vectors.payloads[1]))
        #expect(Hex.encode(try frame.encoded) == vectors.frame)
    }

    @Test func randomness() throws {
        let seed = try #require(SessionSeed(rawRepresentation: bytes(vectors.seeds[0])))
        let v = vectors.randomness
        var stream = ProtocolRandomness(
            effectiveSeed: seed.effective(peerNonce: try value(vectors.nonces[1]), session: try value(vectors.session)),
            label: v.label, round: v.round, attempt: v.attempt, chunk: v.chunk,
            after: TreeHead(size: v.seenSize, root: try value(v.seenRoot)))
        func take(_ words: Int) -> String {
            Hex.encode(
                (0..<words).flatMap { _ in
                    let word = stream.next()
                    return (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
                })
        }
        #expect(take(4) == v.first)
        _ = take(508)
        #expect(take(2) == v.from4096)
    }

    @Test func checkpointNotes() throws {
        let keys = try vectors.identities.secrets.map { side in
            try side.map { try SigningKey(rawRepresentation: bytes($0)) }
        }
        let note = try SignedNote(encoded: vectors.checkpoint)
        #expect(note.encoded == vectors.checkpoint)
        #expect(note.isSigned(as: "hospital/log", by: keys[0][1].publicKey))
        #expect(note.cosignatureTime(as: "lab/witness", by: keys[1][2].publicKey) == vectors.cosignatureTime)
        let checkpoint = try Checkpoint(text: note.text)
        #expect(checkpoint.head == TreeHead(size: 2, root: try value(vectors.root)))
        #expect(
            checkpoint.origin
                == Checkpoint.origin(session: try value(vectors.session), from: "hospital", to: "lab"))
    }

    @Test func closingNotes() throws {
        let keys = try vectors.identities.secrets.map { side in
            try side.map { try SigningKey(rawRepresentation: bytes($0)) }
        }
        let note = try SignedNote(encoded: vectors.closing)
        #expect(note.isSigned(as: "hospital/log", by: keys[0][1].publicKey))
        #expect(note.cosignatureTime(as: "lab/witness", by: keys[1][2].publicKey) == vectors.cosignatureTime)
        let closing = try ClosingNote(text: note.text)
        #expect(closing.text == note.text)
        #expect(closing.checkpoint == (try Checkpoint(text: SignedNote(encoded: vectors.checkpoint).text)))
        #expect(closing.received == TreeHead(size: 1, root: try value(vectors.randomness.seenRoot)))
        // Neither note passes for the other.
        #expect(throws: WireError.self) { try Checkpoint(text: note.text) }
        #expect(throws: WireError.self) { try ClosingNote(text: SignedNote(encoded: vectors.checkpoint).text) }
    }

    @Test func trees() throws {
        let leaves = try vectors.rfc6962.inputs.map { MerkleHash.leaf(try bytes($0)) }
        for (size, root) in vectors.rfc6962.roots.enumerated() {
            #expect(MerkleTree(leaves: leaves.prefix(size)).head.root.hex == root)
        }
    }

    @Test(arguments: [
        "moiety/x\n1\nAAAA\n", "o\n01\n" + String(repeating: "A", count: 43) + "=\n",
        "o\n1\n" + String(repeating: "A", count: 43) + "=", "o\n-1\n" + String(repeating: "A", count: 43) + "=\n",
        "o\n1\n" + String(repeating: "A", count: 42) + "B=\n",
    ])
    func badCheckpoints(text: String) {
        #expect(throws: WireError.self) { try Checkpoint(text: text) }
    }

    @Test(arguments: [
        "", "\n\n", "text\n", "text\n\n- a AAAAAAA=\n", "text\n\n\u{2014} a AAAAAAA=", "a\n\n\u{2014} a AAAA\n",
    ])
    func badNotes(text: String) {
        #expect(throws: WireError.self) { try SignedNote(encoded: text) }
    }
}
