import TestSupport
import Testing
import Wire

@testable import PrivateSetIntersection

/// `protocols/vectors/multiparty-alignment.json`, made by a program that shares no code with this one.
@Suite struct MultipartyVectorTests {
    struct Vectors: Decodable {
        struct Store: Decodable {
            let count: Int
            let words: String
            let values: [String]
            let seed: String
            let cells: [String]
            let core: Int
            let absent: String
        }

        struct Run: Decodable {
            struct Encoded: Decodable {
                let words: String
                let seed: String
                let cells: [String]
            }

            struct Messages: Decodable {
                let setup: [[String]]
                let seed: String
                let cells: String
                let opening: String
                let order: String
            }

            let active: Int
            let job: String
            let mesh: String
            let sessions: [[String]]
            let sets: [[String]]
            let keys: [[String]]
            let shares: [String: [String]]
            let elements: [String: [String: String]]
            let tags: [String: [String]]
            let masks: [String: [String]]
            let stores: [String: Encoded]
            let sums: [String]
            let announced: String
            let words: [String: String]
            let blinds: [String: String]
            let commitments: [String: String]
            let nonces: [String]
            let nonceCommitments: [String]
            let ordered: [String]
            let digest: String
            let messages: Messages
        }

        struct Bad: Decodable {
            let kind: String
            let why: String
            let payload: String
        }

        let stores: [Store]
        let run: Run
        let bad: [Bad]
    }

    /// Hands out words that stand in a vector.
    struct Words: RandomNumberGenerator {
        private var rest: ArraySlice<UInt8>

        init(_ hex: String) throws { rest = try #require(Hex.decode(hex))[...] }

        mutating func next() -> UInt64 {
            defer { rest = rest.dropFirst(8) }
            return rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    let vectors: Vectors
    let settings: MultipartySettings

    init() throws {
        vectors = try Repository.vectors("multiparty-alignment")
        settings = try Room.settings(vectors.run.sets.count, active: vectors.run.active)
    }

    private func value(_ hex: String) throws -> ShareValue { ShareValue(bytes: try #require(Hex.decode(hex))) }
    private func hash(_ hex: String) throws -> Bytes32 { try #require(Bytes32(hex: hex)) }
    private func set(_ party: Int) -> [[UInt8]] { vectors.run.sets[party].map { Array($0.utf8) } }

    @Test func stores() throws {
        for vector in vectors.stores {
            var words = try Words(vector.words)
            let keys = identifiers(0..<vector.count)
            let store = try KeyValueStore(keys, values: vector.values.map(value), using: &words)
            #expect(Hex.encode(store.seed) == vector.seed)
            let (cells, absent) = (try vector.cells.map(value), try value(vector.absent))
            #expect(store.cells == cells && store.value(at: Array("nobody".utf8)) == absent)
            let rows = keys.map { store.shape.row(of: $0, seed: store.seed) }
            #expect(StoreOrder(rows, store.shape)?.coreSize == vector.core)
        }
        // Among them some that peeling alone does not solve.
        #expect(vectors.stores.contains { $0.core > 10 } && vectors.stores.contains { $0.core == 0 })
    }

    private func mesh() throws -> Bytes32 {
        let rows = try vectors.run.sessions.map { try $0.map(hash) }
        #expect(MeshIdentity.mismatch(in: rows) == nil)
        return MeshIdentity.hash(job: try hash(vectors.run.job), sessions: rows)
    }

    private func secrets(of own: Int) throws -> [PairSecret] {
        let run = vectors.run
        return try settings.passive.filter { $0 != own }.map { peer in
            let key = try PairKey(rawRepresentation: #require(Hex.decode(run.keys[own][peer])))
            let other = try PairKey(rawRepresentation: #require(Hex.decode(run.keys[peer][own])))
            return try #require(
                key.secret(
                    with: other.publicKey, session: hash(run.sessions[own][peer]), mesh: mesh(), isFirst: own < peer,
                    label: MultipartyMesh.pairLabel))
        }
    }

    @Test func sharesMasksAndStores() throws {
        let run = vectors.run
        #expect(try mesh().hex == run.mesh)
        var sums = [ShareValue](repeating: .zero, count: run.sets[run.active].count)
        for party in settings.passive {
            let shares = ZeroShares(try secrets(of: party))
            let hashes = AlignmentHashes(sessionID: try hash(run.sessions[run.active][party]).bytes)
            func output(_ name: String) throws -> PRFOutput {
                let hex = try #require(run.elements["\(party)"]?[name])
                let element = try #require(Hex.decode(hex))
                return try #require(hashes.outputs(of: element, width: element.count).first)
            }
            let names = run.sets[party]
            let outputs = try names.map(output)
            #expect(try set(party).map { shares.share(at: $0) } == run.shares["\(party)"]?.map(value))
            #expect(outputs.map { Hex.encode($0.tag.bytes) } == run.tags["\(party)"])
            #expect(try outputs.map(\.mask) == run.masks["\(party)"]?.map(value))

            let vector = try #require(run.stores["\(party)"])
            var words = try Words(vector.words)
            let values = zip(set(party), outputs).map { shares.share(at: $0) ^ $1.mask }
            let store = try KeyValueStore(set(party), values: values, using: &words)
            let cells = try vector.cells.map(value)
            #expect(Hex.encode(store.seed) == vector.seed && store.cells == cells)
            for (row, name) in run.sets[run.active].enumerated() {
                sums[row] ^= store.value(at: Array(name.utf8)) ^ (try output(name).mask)
            }
        }
        let expected = try run.sums.map(value)
        #expect(sums == expected && sums.count { $0.isZero } == run.ordered.count)
    }

    @Test func comparisonAndOrder() throws {
        let (run, mesh) = (vectors.run, try mesh())
        let common = run.ordered.map { Array($0.utf8) }
        let announced = MultipartyHash.announced(common.reversed(), mesh: mesh)
        #expect(Hex.encode(announced) == run.announced)
        var comparison = AnnouncementComparison(mesh: mesh, parties: settings.passive)
        for party in settings.passive {
            let word = ZeroShares(try secrets(of: party)).word(of: announced)
            #expect(Hex.encode(word) == run.words["\(party)"])
            let opening = ComparisonOpening(
                word: try #require(Bytes32(word)), blind: try hash(#require(run.blinds["\(party)"])))
            let commitment = MultipartyHash.commitment(to: opening, of: party, mesh: mesh)
            #expect(commitment.hex == run.commitments["\(party)"])
            comparison.take(ComparisonCommitment(commitment: commitment), from: party)
            try comparison.take(opening, from: party)
            if party == 0 { #expect(try Hex.encode(opening.encoded()) == run.messages.opening) }
        }
        try comparison.check()

        let job = try hash(run.job)
        let nonces = Dictionary(uniqueKeysWithValues: try run.nonces.map(hash).enumerated().map { ($0, $1) })
        let commitments = nonces.reduce(into: [:]) {
            $0[$1.key] = MultipartyHash.commitment(toNonce: $1.value, of: $1.key, job: job)
        }
        #expect(nonces.keys.sorted().map { commitments[$0]?.hex } == run.nonceCommitments)
        let order = try JointOrder(
            nonces: nonces, commitments: commitments, mesh: mesh, job: job, settings: settings)
        for party in run.sets.indices {
            let rows = set(party).indices.filter { common.contains(set(party)[$0]) }
            let sorted = order.sort(rows, of: set(party))
            #expect(sorted.rows.map { run.sets[party][$0] } == run.ordered && sorted.message.digest.hex == run.digest)
            #expect(try Hex.encode(sorted.message.encoded()) == run.messages.order)
        }
    }

    @Test func messages() throws {
        let run = vectors.run
        for own in run.sets.indices {
            for peer in run.sets.indices where peer != own {
                let hasKey = own != run.active && peer != run.active
                let key =
                    try hasKey
                    ? PairKey(rawRepresentation: #require(Hex.decode(run.keys[own][peer]))).publicKey : .zero
                let setup = MultipartySetup(
                    parties: run.sets.count, own: own, active: run.active, sessions: try run.sessions[own].map(hash),
                    key: key, nonceCommitment: try hash(run.nonceCommitments[own]))
                let bytes = try setup.encoded()
                #expect(Hex.encode(bytes) == run.messages.setup[own][peer])
                #expect(try MultipartySetup(payload: bytes) == setup)
            }
        }
        let store = try #require(run.stores["0"])
        let seed = StoreSeed(seed: try #require(Hex.decode(store.seed)), cells: store.cells.count)
        let cells = StoreCells(cells: try store.cells.map(value))
        #expect(try Hex.encode(seed.encoded()) == run.messages.seed)
        #expect(try Hex.encode(cells.encoded()) == run.messages.cells)
        #expect(try StoreCells(payload: cells.encoded()) == cells && StoreSeed(payload: seed.encoded()) == seed)
    }

    /// What is cut short, too long or out of range is no message.
    @Test func badMessages() throws {
        for bad in vectors.bad {
            let payload = try #require(Hex.decode(bad.payload))
            #expect(throws: WireError.self, "\(bad.kind): \(bad.why)") {
                switch bad.kind {
                case "setup": _ = try MultipartySetup(payload: payload)
                case "seed": _ = try StoreSeed(payload: payload)
                case "cells": _ = try StoreCells(payload: payload)
                case "commitment": _ = try ComparisonCommitment(payload: payload)
                case "opening": _ = try ComparisonOpening(payload: payload)
                case "nonce": _ = try OrderNonce(payload: payload)
                default: _ = try CommonOrder(payload: payload)
                }
            }
        }
    }

    @Test func keysOfSmallOrderGiveNoSecret() throws {
        // A point of small order: everybody would know the secret.
        let key = try PairKey(rawRepresentation: [UInt8](repeating: 9, count: 32))
        for small in [Bytes32.zero, try #require(Bytes32([1] + [UInt8](repeating: 0, count: 31)))] {
            #expect(
                key.secret(with: small, session: .zero, mesh: .zero, isFirst: true, label: MultipartyMesh.pairLabel)
                    == nil)
        }
    }
}
