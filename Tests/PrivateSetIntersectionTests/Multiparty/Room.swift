import TestSupport
import Wire

@testable import PrivateSetIntersection

/// All parties of an alignment in one process, with keys too small for use. Party 0 is the active one unless said.
struct Room {
    static let job = Bytes32(hashing: Array("job".utf8))

    let settings: MultipartySettings
    let sessions: SiteSessions

    static func settings(
        _ parties: Int, active: Int = 0, minimumCohort: Int = 1, patience: Duration = .seconds(300)
    ) throws -> MultipartySettings {
        try MultipartySettings(
            parties: (0..<parties).map { "party\($0)" }, active: active,
            alignment: AlignmentSettings(keyBits: Small.keyBits, minimumCohort: minimumCohort), patience: patience)
    }

    static func inspectors(
        _ settings: MultipartySettings, _ session: SessionDescription
    ) throws -> [any PayloadInspector] {
        let pair = [session.local, session.peer].compactMap { settings.parties.firstIndex(of: $0.name) }
        return try MultipartyAlignment.inspectors(
            of: settings, between: (pair[0], pair[1]), job: job, session: session.id, group: try Small.group(),
            local: session.local.name)
    }

    /// - Parameter uninspected: parties whose sessions nobody looks at: those that deviate, and where the checks of the
    ///   protocol's own steps are tested.
    static func open(_ settings: MultipartySettings, uninspected: [Int] = []) async throws -> Room {
        let names = uninspected.map { settings.parties[$0] }
        let inspecting: @Sendable (SessionDescription) -> [any PayloadInspector] = { session in
            names.contains(session.local.name) ? [] : (try? inspectors(settings, session)) ?? []
        }
        let sessions = try await SiteSessions.open(
            settings.parties, job: job, roles: ("first", "second"), protocols: MultipartyAlignment.versions,
            plan: { first, second in
                let pair = [first, second].map { settings.parties.firstIndex(of: $0) ?? 0 }
                return ProtocolPlan([MultipartyAlignment.part(of: settings, between: (pair[0], pair[1]))])
            },
            limits: SessionLimits(wait: .seconds(300), handshake: .seconds(300), farewell: .milliseconds(500)),
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

    /// Both directions of a session, each record after all that it had seen.
    static func ordered(_ recorder: MemoryRecorder) throws -> [InspectedMessage] {
        var waiting: [[InspectedMessage]] = try [Direction.outgoing, .incoming].map { direction in
            try recorder.entries(of: direction).map { (try Record(encoded: $0.record), $0.payload) }
        }
        var (shown, ordered): ([UInt64], [InspectedMessage]) = ([0, 0], [])
        while true {
            var next: Int?
            for side in 0...1 {
                guard next == nil, let first = waiting[side].first, first.record.seen.size <= shown[1 - side] else {
                    continue
                }
                next = side
            }
            guard let next else { return ordered }
            ordered.append(waiting[next].removeFirst())
            shown[next] += 1
        }
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
