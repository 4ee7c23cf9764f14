package import Wire

/// Sites in one process, each pair with a session.
package struct SiteSessions: Sendable {
    /// By site, by peer.
    package let all: [[Int: Session]]
    /// What each site kept of the session with each peer.
    package let recorders: [[Int: MemoryRecorder]]
    package let keys: [SigningKey]
    package let names: [String]

    private struct Side: Sendable {
        let own: Int
        let peer: Int
        let channel: any PeerChannel
        let role: String
        let peerRole: String
    }

    /// - Parameters:
    ///   - wrap: a site's end of its channel with a peer.
    package static func open(
        _ names: [String], keys: [SigningKey]? = nil, job: Bytes32 = Bytes32(hashing: Array("job".utf8)),
        roles: (String, String), protocols: [ProtocolVersion],
        plan: (@Sendable (String, String) -> ProtocolPlan)? = nil,
        limits: SessionLimits = Sides.generous,
        inspectors: (@Sendable (SessionDescription) -> [any PayloadInspector])? = nil,
        wrap: @Sendable (Int, Int, any PeerChannel) -> any PeerChannel = { $2 }
    ) async throws -> SiteSessions {
        let keys = keys ?? names.map { _ in SigningKey() }
        var all = names.map { _ in [Int: Session]() }
        let recorders = names.indices.map { own in
            Dictionary(uniqueKeysWithValues: names.indices.filter { $0 != own }.map { ($0, MemoryRecorder()) })
        }
        for first in names.indices {
            for second in names.indices.dropFirst(first + 1) {
                let (one, other) = InProcessPeerChannel.pair()
                let channels = (wrap(first, second, one), wrap(second, first, other))
                let plan = plan?(names[first], names[second])
                let sides = [
                    Side(own: first, peer: second, channel: channels.0, role: roles.0, peerRole: roles.1),
                    Side(own: second, peer: first, channel: channels.1, role: roles.1, peerRole: roles.0),
                ]
                let opened = try await withThrowingTaskGroup(of: (Int, Session).self) { group in
                    for side in sides {
                        let (party, peer) = (
                            try LocalParty(name: names[side.own], identity: keys[side.own]),
                            try PeerIdentity(name: names[side.peer], publicKey: keys[side.peer].publicKey)
                        )
                        let terms = SessionTerms(
                            jobHash: job, role: side.role, peerRole: side.peerRole, protocols: protocols)
                        let recorder = recorders[side.own][side.peer] ?? MemoryRecorder()
                        group.addTask {
                            let session = try await Session.open(
                                over: side.channel, as: party, expecting: peer, terms: terms, seed: SessionSeed(),
                                recorder: recorder, limits: limits, plan: plan, inspectors: inspectors)
                            return (side.own, session)
                        }
                    }
                    return try await group.reduce(into: [Int: Session]()) { $0[$1.0] = $1.1 }
                }
                all[first][second] = opened[first]
                all[second][first] = opened[second]
            }
        }
        return SiteSessions(all: all, recorders: recorders, keys: keys, names: names)
    }
}

/// A channel that breaks after some frames have been sent on it.
package struct BreakingChannel: PeerChannel {
    private let base: any PeerChannel
    private let left: Countdown

    /// - Parameter frames: that still go out.
    package init(_ base: any PeerChannel, after frames: Int) {
        self.base = base
        left = Countdown(frames)
    }

    package func send(_ frame: [UInt8]) async throws {
        guard left.next() else {
            await base.close()
            throw WireError.channelClosed
        }
        try await base.send(frame)
    }

    package func receive() async throws -> [UInt8] { try await base.receive() }

    package func close() async { await base.close() }
}
