import Foundation
import TestSupport
import Testing
import Transcript
import Wire

@testable import PrivateSetIntersection

/// Each party's messages follow, bit for bit, from its seeds, its set and what it received.
@Suite struct MultipartyReplayTests {
    private static let sets = [identifiers(0..<30), identifiers(5..<40), identifiers(3..<28)]

    /// One end of one session.
    private struct Side: Sendable, Hashable {
        let own: Int
        let peer: Int
    }

    private static func run(
        _ own: Int, _ set: [[UInt8]], over sessions: [Int: Session], _ settings: MultipartySettings
    ) async throws -> MultipartyIntersection {
        try await MultipartyAlignment.run(
            set, over: sessions, settings: settings, own: own, parameters: try Small.parameters())
    }

    @Test func everyMessage() async throws {
        let folder = NSTemporaryDirectory() + "moiety-multiparty-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let settings = try Room.settings(3)
        let keys = settings.parties.map { _ in SigningKey() }
        var seeds: [Side: SessionSeed] = [:]
        var sessions: [Side: Session] = [:]
        for first in 0..<3 {
            for second in first + 1..<3 {
                let channels = InProcessPeerChannel.pair()
                let sides = [Side(own: first, peer: second), Side(own: second, peer: first)]
                for side in sides { seeds[side] = SessionSeed() }
                let made = seeds
                @Sendable func open(_ side: Side, _ channel: any PeerChannel) async throws -> Session {
                    let names = settings.parties
                    return try await Session.open(
                        over: channel, as: LocalParty(name: names[side.own], identity: keys[side.own]),
                        expecting: PeerIdentity(name: names[side.peer], publicKey: keys[side.peer].publicKey),
                        terms: SessionTerms(
                            jobHash: .zero, role: names[side.own], peerRole: names[side.peer],
                            protocols: MultipartyAlignment.versions),
                        seed: try #require(made[side]),
                        recorder: try TranscriptWriter(folder: "\(folder)/\(side.own)-\(side.peer)", storage: .full))
                }
                async let other = open(sides[1], channels.1)
                sessions[sides[0]] = try await open(sides[0], channels.0)
                sessions[sides[1]] = try await other
            }
        }
        let opened = sessions
        let results = try await withThrowingTaskGroup(of: (Int, MultipartyIntersection).self) { group in
            for own in 0..<3 {
                let peers = Dictionary(
                    uniqueKeysWithValues: opened.filter { $0.key.own == own }.map { ($0.key.peer, $0.value) })
                group.addTask { (own, try await Self.run(own, Self.sets[own], over: peers, settings)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(results[0]?.rowIndices.count == 23)

        func replays(_ own: Int) throws -> [Int: Replay] {
            try (0..<3).filter { $0 != own }.reduce(into: [:]) { all, peer in
                all[peer] = try Replay(
                    folder: "\(folder)/\(own)-\(peer)", seed: try #require(seeds[Side(own: own, peer: peer)]))
            }
        }
        for own in 0..<3 {
            let again = try replays(own)
            let result = try await Self.run(own, Self.sets[own], over: again.mapValues(\.session), settings)
            let first = try #require(results[own])
            #expect(result.rowIndices == first.rowIndices && result.mesh == first.mesh)
            #expect(result.ownCount == first.ownCount && result.peerCounts == first.peerCounts)
            for replay in again.values { #expect(replay.finding().status == .passed) }
        }
        // Another set would have been seen.
        let other = try replays(1)
        let end = await result {
            try await Self.run(1, identifiers(6..<41), over: other.mapValues(\.session), settings)
        }
        #expect(throws: (any Error).self) { try end.get() }
        #expect(other[0]?.finding().error == "replayMismatch")
    }
}
