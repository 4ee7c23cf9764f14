import TestSupport
import Wire

@testable import PrivateSetIntersection

/// All parties of an alignment in one process, with keys too small for use. Party 0 is the active one unless said.
struct Room {
    static let job = Bytes32(hashing: Array("job".utf8))

    let settings: MultipartySettings
    let sessions: SiteSessions

    static func settings(
        _ parties: Int, active: Int = 0, minimumCohort: Int = 1, patience: Duration = .seconds(60)
    ) throws -> MultipartySettings {
        try MultipartySettings(
            parties: (0..<parties).map { "party\($0)" }, active: active,
            alignment: AlignmentSettings(keyBits: Small.keyBits, minimumCohort: minimumCohort), patience: patience)
    }

    static func plan(_ first: String, _ second: String, _ settings: MultipartySettings) -> ProtocolPlan {
        let active = settings.parties[settings.active]
        guard first == active || second == active else {
            return ProtocolPlan([.init(.multipartyComparison, parties: ["first": first, "second": second])])
        }
        let passive = first == active ? second : first
        return ProtocolPlan([.init(.multipartyQuestions, parties: ["active": active, "passive": passive])])
    }

    static func inspectors(_ settings: MultipartySettings, _ session: SessionDescription) throws
        -> [any PayloadInspector]
    {
        [
            AlignmentInspector(
                keyBits: settings.alignment.keyBits, session: session.id, group: try Small.group(),
                local: session.local.name, isOfSeveralParties: true),
            MultipartyInspector(settings: settings, job: job, session: session.id),
        ]
    }

    /// - Parameter uninspected: parties whose sessions nobody looks at: those that deviate, and where the checks of the
    ///   protocol's own steps are tested.
    static func open(_ settings: MultipartySettings, uninspected: [Int] = []) async throws -> Room {
        let names = uninspected.map { settings.parties[$0] }
        let inspecting: @Sendable (SessionDescription) -> [any PayloadInspector] = { session in
            names.contains(session.local.name) ? [] : (try? inspectors(settings, session)) ?? []
        }
        let sessions = try await SiteSessions.open(
            settings.parties, job: job, roles: ("first", "second"), protocols: [.alignment, .multipartyAlignment],
            plan: { plan($0, $1, settings) },
            limits: SessionLimits(wait: .seconds(60), handshake: .seconds(30), farewell: .milliseconds(500)),
            inspectors: inspecting)
        return Room(settings: settings, sessions: sessions)
    }

    typealias End = Result<MultipartyIntersection, any Error>
    typealias Role = @Sendable ([Int: Session]) async throws -> MultipartyIntersection

    /// Runs all parties to their ends.
    ///
    /// - Parameter roles: of parties that do something else than the protocol.
    func run(_ sets: [[[UInt8]]], roles: [Int: Role] = [:]) async throws -> [End] {
        let parameters = try Small.parameters()
        return await withTaskGroup(of: (Int, End).self) { group in
            for (own, set) in sets.enumerated() {
                let (peers, settings, role) = (sessions.all[own], settings, roles[own])
                group.addTask {
                    let end = await result {
                        if let role { return try await role(peers) }
                        return try await MultipartyAlignment.run(
                            set, over: peers, settings: settings, own: own, parameters: parameters)
                    }
                    return (own, end)
                }
            }
            var ends: [Int: End] = [:]
            for await (own, end) in group { ends[own] = end }
            return ends.keys.sorted().compactMap { ends[$0] }
        }
    }

    /// What a verifier makes of one party's logs.
    func outcome(
        of own: Int, changing change: (Record, [UInt8]) throws -> [UInt8] = { $1 }
    ) throws -> MultipartyFollower.Outcome {
        var follower = MultipartyFollower(
            settings: settings, own: own, job: Self.job, sessions: sessions.all[own].mapValues(\.id))
        for (peer, recorder) in sessions.recorders[own] {
            for direction in [Direction.outgoing, .incoming] {
                for entry in recorder.entries(of: direction) {
                    let record = try Record(encoded: entry.record)
                    follower.take(record, payload: try change(record, entry.payload), with: peer)
                }
            }
        }
        return try follower.outcome()
    }

    /// Every payload of a kind that one party received, by sender.
    func received(by own: Int, _ type: MessageType) throws -> [Int: [[UInt8]]] {
        try sessions.recorders[own].mapValues { recorder in
            try recorder.entries(of: .incoming).filter { try Record(encoded: $0.record).type == type }.map(\.payload)
        }
    }
}

extension Result where Success == MultipartyIntersection {
    var multipartyError: MultipartyError? {
        if case .failure(let error) = self { error as? MultipartyError } else { nil }
    }
}

extension [[UInt8]] {
    /// The common identifiers, in the order of a result.
    func rows(_ end: Room.End) -> [[UInt8]]? { (try? end.get())?.rowIndices.map { self[$0] } }
}
