package import Wire

/// Two sessions with each other, over an in-process channel, and what each side kept of them.
package struct Pair: Sendable {
    package let a: Session
    package let b: Session
    package let recorderA: MemoryRecorder
    package let recorderB: MemoryRecorder
}

/// Two parties that know each other: A is the hospital, B the laboratory.
package struct Sides: Sendable {
    package let keyA = SigningKey()
    package let keyB = SigningKey()
    package var termsA: SessionTerms
    package var termsB: SessionTerms
    package var seedA = SessionSeed()
    package var seedB = SessionSeed()
    package var limits: SessionLimits
    package var planA: ProtocolPlan?
    package var planB: ProtocolPlan?
    /// What looks at every message of A's session; nil for the session's own default.
    package var inspectorsA: [any PayloadInspector]?
    /// The same for inspectors that follow from the session.
    package var inspectingA: (@Sendable (SessionDescription) -> [any PayloadInspector])?
    /// What A believes B's key to be, when not B's.
    package var pinnedForB: VerifyingKey?
    package var recorderA: MemoryRecorder
    package var recorderB: MemoryRecorder
    /// What A records with, when not with `recorderA` itself.
    package var recordingA: (any Recorder)?

    /// - Parameters:
    ///   - plan: what may come in which order, for both.
    ///   - limits: waits that nobody is to come to the end of; a test of a wait has its own.
    package init(
        job: Bytes32 = Bytes32(hashing: Array("job".utf8)), roles: (String, String) = ("active", "passive"),
        protocols: [ProtocolVersion], plan: ProtocolPlan? = nil, limits: SessionLimits = Self.generous,
        recorderA: MemoryRecorder = MemoryRecorder(), recorderB: MemoryRecorder = MemoryRecorder()
    ) {
        termsA = SessionTerms(jobHash: job, role: roles.0, peerRole: roles.1, protocols: protocols)
        termsB = SessionTerms(jobHash: job, role: roles.1, peerRole: roles.0, protocols: protocols)
        planA = plan
        planB = plan
        self.limits = limits
        self.recorderA = recorderA
        self.recorderB = recorderB
    }

    /// Other tests of the same process may hold all its threads for long.
    package static let generous = SessionLimits(
        wait: .seconds(300), handshake: .seconds(300), farewell: .seconds(5))

    package func openA(_ channel: any PeerChannel) async throws -> Session {
        let fixed = inspectorsA.map { inspectors in
            { @Sendable (_: SessionDescription) -> [any PayloadInspector] in inspectors }
        }
        let inspecting = inspectingA ?? fixed
        return try await Session.open(
            over: channel, as: LocalParty(name: "hospital", identity: keyA),
            expecting: PeerIdentity(name: "lab", publicKey: pinnedForB ?? keyB.publicKey), terms: termsA, seed: seedA,
            recorder: recordingA ?? recorderA, limits: limits, plan: planA, inspectors: inspecting)
    }

    package func openB(_ channel: any PeerChannel) async throws -> Session {
        try await Session.open(
            over: channel, as: LocalParty(name: "lab", identity: keyB),
            expecting: PeerIdentity(name: "hospital", publicKey: keyA.publicKey), terms: termsB, seed: seedB,
            recorder: recorderB, limits: limits, plan: planB)
    }

    /// Runs both openings; each side's session or error.
    package func open(
        capacity: Int = 16, wrappingA: (any PeerChannel) -> any PeerChannel = { $0 }
    ) async -> (Result<Session, any Error>, Result<Session, any Error>) {
        let (one, other) = InProcessPeerChannel.pair(capacity: capacity)
        let left = wrappingA(one)
        async let a = result { try await openA(left) }
        async let b = result { try await openB(other) }
        return await (a, b)
    }

    package func opened(
        capacity: Int = 16, wrappingA: (any PeerChannel) -> any PeerChannel = { $0 }
    ) async throws -> Pair {
        let (a, b) = await open(capacity: capacity, wrappingA: wrappingA)
        return Pair(a: try a.get(), b: try b.get(), recorderA: recorderA, recorderB: recorderB)
    }
}
