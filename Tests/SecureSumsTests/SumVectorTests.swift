import Crypto
import TestSupport
import Testing
import Wire

@testable import SecureSums

/// `protocols/vectors/row-split.json`, made by a program that shares no code with this one.
struct SumVectors: Decodable {
    struct Sharing: Decodable {
        let sites: Int
        let coalition: Int
        let threshold: Int
        let secret: String
        let coefficients: String
        let shares: [String]
    }

    struct Site: Decodable {
        let entropy: String
        let seeds: [String: String]
        let values: [String]
        let masked: [String]
        let publicPart: String
        let digest: String
        let shares: [String: [String]]
    }

    struct Round: Decodable {
        let round: UInt32
        let opened: Int
        let job: String
        let mesh: String
        let point: String
        let sessions: [String]
        let pairKeys: [[String]]
        let sites: [Site]
        let sum: [String]
        let accord: String
        let vectorStatement: String
        let agreedStatement: String
        let chain: String
        let state: String
        let setup: String
        let presence: String
        let receipt: String
        let release: String
    }

    let sharing: [Sharing]
    let round: Round
}

func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }
func hash(_ hex: String) throws -> Bytes32 { try #require(Bytes32(hex: hex)) }
func number(_ hex: String) throws -> UInt128 { try #require(UInt128(hex, radix: 16)) }

@Suite struct SumVectorTests {
    let vectors: SumVectors

    init() throws { vectors = try Repository.vectors("row-split") }

    @Test func sharing() throws {
        for vector in vectors.sharing {
            let points = (1...UInt8(vector.sites)).map { $0 }
            let secret = try bytes(vector.secret)
            let shares = ByteShares.deal(
                secret, to: points, threshold: vector.threshold, coefficients: try bytes(vector.coefficients))
            #expect(shares.map { Hex.encode($0) } == vector.shares)
            let some = zip(points, shares).suffix(vector.threshold).map { (point: $0, share: $1) }
            #expect(ByteShares.reconstruct(Array(some)) == secret)
            #expect(ByteShares.reconstruct(Array(some.dropFirst())) != secret)
        }
    }

    @Test func meshAndPairSecrets() throws {
        let round = vectors.round
        let ids = try round.sessions.map(hash)
        let table = [[.zero, ids[0], ids[1]], [ids[0], .zero, ids[2]], [ids[1], ids[2], .zero]]
        let mesh = MeshIdentity.hash(job: try hash(round.job), sessions: table)
        #expect(mesh.hex == round.mesh)
        let keys = try round.pairKeys.map { try $0.map { try PairKey(rawRepresentation: bytes($0)) } }
        for (own, site) in round.sites.enumerated() {
            for (peer, seed) in site.seeds {
                let peer = try #require(Int(peer))
                let secret = keys[own][peer].secret(
                    with: keys[peer][own].publicKey, session: table[own][peer], mesh: mesh, isFirst: own < peer)
                #expect(secret.map { Hex.encode($0.seed(ofRound: round.round)) } == seed)
            }
        }
    }

    @Test func keysOfSmallOrderAreRefused() throws {
        let key = try PairKey(rawRepresentation: Array(repeating: 9, count: 32))
        for first in [UInt8(0), 1] {
            let point = try #require(Bytes32([first] + Array(repeating: 0, count: 31)))
            #expect(key.secret(with: point, session: .zero, mesh: .zero, isFirst: true) == nil)
        }
    }

    @Test func dealsAndTheSum() throws {
        let round = vectors.round
        let statements = SumStatements(mesh: try hash(round.mesh))
        for (own, site) in round.sites.enumerated() {
            let seeds = try site.seeds.map { (try #require(Int($0.key)), try bytes($0.value)) }
            let deal = RoundDeal(
                try site.values.map(number), opened: round.opened, point: try hash(round.point), own: own,
                sites: [0, 1, 2], siteCount: 3, threshold: 3, round: round.round, statements: statements,
                entropy: try bytes(site.entropy), seeds: Dictionary(uniqueKeysWithValues: seeds))
            #expect(Hex.encode(try deal.publicPart.encoded()) == site.publicPart)
            #expect(try deal.publicPart.values == site.masked.map(number))
            #expect(try PublicPart(encoded: bytes(site.publicPart)) == deal.publicPart)
            for (receiver, shares) in deal.shares {
                #expect(shares.map { Hex.encode($0) } == site.shares[String(receiver)])
            }
        }
    }

    @Test func statementsAndMessages() throws {
        let round = vectors.round
        let statements = SumStatements(mesh: try hash(round.mesh))
        let digests = try round.sites.map { try hash($0.digest) }
        let accord = statements.accord(
            round: round.round, opened: round.opened, present: [true, true, true], digests: digests)
        #expect(accord.hex == round.accord)
        #expect(Hex.encode(try statements.vector(digests[1], round: round.round, sender: 1)) == round.vectorStatement)
        #expect(Hex.encode(try statements.agreed(digests[1], round: round.round, sender: 1)) == round.agreedStatement)

        var state = SumState(job: try hash(round.job), siteCount: 3)
        state.input = try hash(round.point)
        let (point, own) = (try hash(round.point), try round.sites[0].values.map(number))
        state.append(
            OpenedSum(point: point, sites: [0, 1, 2], values: try round.sum.map(number)),
            own: SumState.ownHash(own, job: state.job, point: point))
        #expect(state.heads.map(\.hex) == [round.chain])
        #expect(Hex.encode(try state.encoded()) == round.state)
        #expect(try SumState(encoded: bytes(round.state)) == state)

        let setup = try SetupMessage(payload: bytes(round.setup))
        #expect(setup.sites == 3 && setup.own == 0 && setup.coalition == 1 && setup.waits)
        #expect(Hex.encode(try setup.encoded()) == round.setup)
        let presence = PresenceMessage(
            mesh: try hash(round.mesh), heads: [try hash(round.chain)], present: [true, false, true], isFinished: true,
            last: state.rounds[0])
        #expect(Hex.encode(try presence.encoded()) == round.presence)
        let signed = SignedDigest(digest: digests[1], signature: Array(repeating: 5, count: 64))
        #expect(Hex.encode(try ReceiptMessage(vectors: [nil, signed, nil]).encoded()) == round.receipt)
        let release = ReleaseMessage(shares: [Array(repeating: 6, count: 32), nil])
        #expect(Hex.encode(try release.encoded()) == round.release)
    }

    @Test func damagedStatesAreRefused() throws {
        let whole = try bytes(vectors.round.state)
        for length in [0, 31, 40, whole.count - 1] {
            #expect(throws: SumError.self) { try SumState(encoded: Array(whole.prefix(length))) }
        }
        for place in stride(from: 0, to: whole.count, by: 7) {
            var damaged = whole
            damaged[place] ^= 1
            #expect(throws: SumError.self) { try SumState(encoded: damaged) }
        }
    }

    @Test func fixedPoint() throws {
        let values = [0, 1, -1, 0.5, -0x1p-60, 0x1p60, -0x1p60, 3.25e9]
        #expect(FixedPoint.decode(try FixedPoint.encode(values)) == values)
        for value in [Double.nan, .infinity, 0x1.1p60] {
            #expect(throws: SumError.outOfRange(index: 1)) { try FixedPoint.encode([0, value]) }
        }
    }
}
