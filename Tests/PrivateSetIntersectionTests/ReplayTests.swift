import Foundation
import TestSupport
import Testing
import Transcript
import Wire

@testable import PrivateSetIntersection

@Suite("Replay of an alignment")
struct ReplayTests {
    @Test(
        "Each party's messages follow, bit for bit, from its seed, its set and what it received",
        arguments: AlignmentScheme.allCases)
    func everyMessage(scheme: AlignmentScheme) async throws {
        let folder = NSTemporaryDirectory() + "moiety-alignment-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (a, b) = (identifiers(0..<2100), identifiers(100..<2200))
        let seeds = [SessionSeed(), SessionSeed()]
        let keys = [SigningKey(), SigningKey()]
        let names = ["hospital", "lab"]
        let channels = InProcessPeerChannel.pair()
        let settings = [settings(.sender, scheme), settings(.receiver, scheme)]
        let parameters = try Small.parameters()

        @Sendable func align(
            _ identifiers: [[UInt8]], over session: Session, settings: AlignmentSettings
        ) async throws -> Intersection {
            guard scheme == .paillierOPRF else {
                return try await Alignment.run(identifiers, over: session, settings: settings)
            }
            return try await Alignment.run(identifiers, over: session, settings: settings, parameters: parameters)
        }
        @Sendable func run(_ side: Int, over session: Session) async throws -> Intersection {
            try await session.run {
                try await align(side == 0 ? a : b, over: $0, settings: settings[side])
            }
        }
        @Sendable func open(_ side: Int, over channel: InProcessPeerChannel) async throws -> Session {
            try await Session.open(
                over: channel, as: LocalParty(name: names[side], identity: keys[side]),
                expecting: PeerIdentity(name: names[1 - side], publicKey: keys[1 - side].publicKey),
                terms: SessionTerms(
                    jobHash: .zero, role: names[side], peerRole: names[1 - side], protocols: [.alignment]),
                seed: seeds[side], recorder: try TranscriptWriter(folder: "\(folder)/\(side)", storage: .full))
        }
        async let other = run(0, over: open(0, over: channels.0))
        let first = try await run(1, over: open(1, over: channels.1))
        let results = [try await other, first]
        #expect(results[0].rowIndices.count == 2000)

        for side in 0..<2 {
            let replay = try Replay(folder: "\(folder)/\(side)", seed: seeds[side])
            let again = try await run(side, over: replay.session)
            #expect(again == results[side])
            #expect(replay.finding().status == .passed)
        }
        // Another set would have been seen.
        let replay = try Replay(folder: "\(folder)/1", seed: seeds[1])
        let error = await result {
            try await replay.session.run {
                try await align(a, over: $0, settings: settings[1])
            }
        }
        #expect(throws: (any Error).self) { try error.get() }
        #expect(replay.finding().error == "replayMismatch")
    }

    private func settings(_ role: AlignmentRole, _ scheme: AlignmentScheme) -> AlignmentSettings {
        AlignmentSettings(scheme: scheme, keyBits: Small.keyBits, role: role)
    }
}
