import Paillier
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// A description of three parties in one process, each side's messages inspected as they come and go (describe.md 9).
struct JointDescriptionFixture: Sendable {
    static let names = ["hospital", "lab", "registry"]
    private static let keyBits = 640

    /// The passive columns are the laboratory's, then the registry's: two each.
    let data: DescribedFixture

    var plan: JointDescriptionPlan {
        let columns = [data.active, Array(data.passive.prefix(2)), Array(data.passive.dropFirst(2))]
        return JointDescriptionPlan(
            zip(Self.names, columns).map { .init(name: $0, columns: $1) }, common: data.plan(keyBits: Self.keyBits))
    }

    func input(_ party: Int) -> CohortDescription.Input {
        let values = data.passiveValues
        return switch party {
        case 0:
            .init(columns: data.activeValues, rows: data.rows, group: data.group, weight: data.weight)
        case 1: .init(columns: Array(values.prefix(2)), rows: data.rows)
        default: .init(columns: Array(values.dropFirst(2)), rows: data.rows)
        }
    }

    func sessions() async throws -> SiteSessions {
        let plan = plan
        let limits = SessionLimits(wait: .seconds(300), handshake: .seconds(300), farewell: .milliseconds(500))
        return try await SiteSessions.open(
            Self.names, roles: ("active", "passive"), protocols: [.description, .inputs],
            plan: { one, other in
                func roles(_ first: String, _ second: String) -> [String: String] { [first: one, second: other] }
                let described: [ProtocolPlan.Part] =
                    one == Self.names[0]
                    ? [
                        .init(.describing, parties: roles("active", "passive")),
                        .init(.partDigests, parties: roles("active", "passive")),
                    ] : [.init(.describedParts, parties: roles("first", "second"))]
                return ProtocolPlan([.init(.inputs, parties: roles("active", "passive"))] + described)
            }, limits: limits,
            inspectors: { session in
                let numbers = [session.local.name, session.peer.name].compactMap { plan.index(of: $0) }
                return [
                    JointDescriptionInspector(
                        session: session.id, between: (numbers[0], numbers[1]), plan: plan, moduli: ModulusRegister(),
                        local: session.local.name, floor: Self.keyBits)
                ]
            })
    }

    /// What each party fixed its columns with; the same to all.
    func roots(_ party: Int, over sessions: [Int: Session]) async throws -> [Bytes32] {
        func message(_ party: Int) -> InputRoots {
            InputRoots(rows: UInt64(data.rows), items: [.init(column: "c", root: Bytes32(hashing: [UInt8(party)]))])
        }
        for (_, session) in sessions { try await session.send(message(party)) }
        for (_, session) in sessions { _ = try await session.receive(InputRoots.self) }
        return try Self.names.indices.map { Bytes32(hashing: try message($0).encoded()) }
    }

    func honest(_ party: Int, over sessions: [Int: Session]) async throws -> DescriptionTable {
        let roots = try await roots(party, over: sessions)
        return try await JointDescription.run(
            input(party), own: party, plan: plan, roots: roots, keyFloor: Self.keyBits, over: sessions)
    }

    /// An active party that brings another input to each other one, and tells each what fits to that.
    ///
    /// - Parameter goes: it is gone before anybody compares.
    func lyingActive(
        _ inputs: [CohortDescription.Input], goes: Bool = false, over sessions: [Int: Session]
    ) async throws {
        let roots = try await roots(0, over: sessions)
        var pairs: [DescribedPair] = []
        for (place, input) in inputs.enumerated() {
            pairs.append(
                try await CohortDescription.describe(
                    .active, input, plan: plan.pair(place + 1), keyFloor: Self.keyBits, over: sessions[place + 1]!))
        }
        if goes { throw CancellationError() }
        for place in 1...2 { try await sessions[place]!.checkpoint() }
        for (place, pair) in pairs.enumerated() {
            let digests = try DescribedParties(pair, parts: [pair.active] + pairs.map { $0.passive }).digests(
                roots: roots)
            try await sessions[place + 1]!.send(PartDigests(digests), round: PartsFlow.digestRound(0, place + 1))
        }
        for place in 1...2 {
            _ = try await sessions[place]!.receive(PartDigests.self, round: PartsFlow.digestRound(0, place))
        }
    }

    /// The laboratory, which tells the registry another number than it opened with the active party.
    func lyingPassive(over sessions: [Int: Session]) async throws {
        let roots = try await roots(1, over: sessions)
        let pair = try await CohortDescription.describe(
            .passive, input(1), plan: plan.pair(1), keyFloor: Self.keyBits, over: sessions[0]!)
        var told = pair.passive
        told.numbers[told.numbers.count - 1] -= 1
        try await sessions[2]!.send(DescribedPartMessage(told), round: PartsFlow.partRound)
        let other = try await sessions[2]!.receive(DescribedPartMessage.self, round: PartsFlow.partRound).part
        for place in [0, 2] { try await sessions[place]!.checkpoint() }
        for (place, own) in [(0, pair.passive), (2, told)] {
            let digests = try DescribedParties(pair, parts: [pair.active, own, other]).digests(roots: roots)
            try await sessions[place]!.send(PartDigests(digests), round: PartsFlow.digestRound(1, place))
        }
        for place in [0, 2] {
            _ = try await sessions[place]!.receive(PartDigests.self, round: PartsFlow.digestRound(1, place))
        }
    }

    /// All parties at once, each ending its sessions with what it threw.
    static func together<Value: Sendable>(
        _ sessions: SiteSessions, _ body: @escaping @Sendable (Int, [Int: Session]) async throws -> Value
    ) async -> [Result<Value, any Error>] {
        await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
            for party in names.indices {
                let own = sessions.all[party]
                group.addTask {
                    (
                        party,
                        await result {
                            try await SeveralParties.ending(Array(own.values)) { try await body(party, own) }
                        }
                    )
                }
            }
            var results: [Int: Result<Value, any Error>] = [:]
            for await (party, outcome) in group { results[party] = outcome }
            return names.indices.map { results[$0]! }
        }
    }

    /// What one party's recorders hold, by the other's number.
    static func readings(_ sessions: SiteSessions, of own: Int, _ plan: JointDescriptionPlan) throws
        -> [Int: DescribedReading]
    {
        try sessions.recorders[own].mapValues { recorder in
            var reading = DescribedReading(plan)
            for direction in [Direction.outgoing, .incoming] {
                for entry in recorder.entries(of: direction) {
                    let record = try Record(encoded: entry.record)
                    if DescribedReading.reads(record) { try reading.take(record, entry.payload) }
                }
            }
            return reading
        }
    }
}

@Suite(.serialized) struct JointDescriptionTests {
    @Test("Three parties learn the table of the pooled rows, and what is hidden stays hidden for all")
    func equalsThePooledTable() async throws {
        var data = DescribedFixture.made(rows: 140, groups: 2, isWeighted: true, seed: 17)
        // None of the second group is positive: a small cell of the registry's.
        for row in data.group!.indices where data.group![row] == 1 { data.passiveValues[3][row] = 0 }
        let fixture = JointDescriptionFixture(data: data)
        let sessions = try await fixture.sessions()
        let ended = await JointDescriptionFixture.together(sessions) { try await fixture.honest($0, over: $1) }
        let tables = try ended.map { try $0.get() }
        #expect(Set(tables).count == 1)
        #expect(tables[0].columns.map(\.name) == (data.active + data.passive).map(\.name))
        #expect(
            tables[0].columns.map(\.party)
                == ["hospital", "hospital", "hospital", "lab", "lab", "registry", "registry"])
        #expect(tables[0].columns.map { $0.lines.isEmpty } == [false, false, false, false, false, false, true])
        try DescriptionTests.expectEqual(tables[0], data)
        for own in JointDescriptionFixture.names.indices {
            let readings = try JointDescriptionFixture.readings(sessions, of: own, fixture.plan)
            #expect(try JointDescriptionReading(fixture.plan, own: own, sessions: readings).table() == tables[0])
        }
        // Nobody has a number of the hidden column: the other one, of many values, has two sums by group and block.
        let part = try #require(
            try JointDescriptionFixture.readings(sessions, of: 1, fixture.plan)[2]?.part(of: "registry"))
        #expect(part.shown == [true, false] && part.numbers.count == 8 && part.scales.count == 1)
    }

    /// The groups that one of two is told have one row more in one of them. Both name the party that told them.
    @Test(
        "An active party that tells one party other group sizes is named by all it lied to, also when it goes away",
        arguments: [false, true])
    func otherGroups(_ goes: Bool) async throws {
        var data = DescribedFixture.made(rows: 120, groups: 2, isWeighted: false, seed: 23)
        data.group = (0..<120).map { $0 < 50 ? 0 : 1 }
        let fixture = JointDescriptionFixture(data: data)
        var lie = fixture.input(0)
        lie.group![119] = 0
        let inputs = [fixture.input(0), lie]
        let sessions = try await fixture.sessions()
        let ended = await JointDescriptionFixture.together(sessions) { party, own in
            if party == 0 {
                try await fixture.lyingActive(inputs, goes: goes, over: own)
            } else {
                _ = try await fixture.honest(party, over: own)
            }
        }
        for (own, other) in [(1, "registry"), (2, "lab")] {
            #expect(throws: DescriptionError.partsDiffer(of: "hospital", saidBy: other)) { try ended[own].get() }
            // From this party's logs alone a verifier sees the same.
            let readings = try JointDescriptionFixture.readings(sessions, of: own, fixture.plan)
            #expect(throws: DescriptionError.self) {
                try JointDescriptionReading(fixture.plan, own: own, sessions: readings).table()
            }
        }
    }

    @Test("A passive party that tells another one other numbers than it opened is named")
    func otherNumbers() async throws {
        let fixture = JointDescriptionFixture(
            data: DescribedFixture.made(rows: 120, groups: 2, isWeighted: false, seed: 29))
        let sessions = try await fixture.sessions()
        let ended = await JointDescriptionFixture.together(sessions) { party, own in
            if party == 1 {
                try await fixture.lyingPassive(over: own)
            } else {
                _ = try await fixture.honest(party, over: own)
            }
        }
        #expect(throws: DescriptionError.partsDiffer(of: "lab", saidBy: "hospital")) { try ended[2].get() }
        #expect(throws: (any Error).self) { try ended[0].get() }
    }

    @Test("Parts that such columns cannot have")
    func parts() throws {
        let data = DescribedFixture.made(rows: 120, groups: 2, isWeighted: false, seed: 29)
        let plan = JointDescriptionFixture(data: data).plan
        let groups = [50, 70].map { GroupSize(rows: $0, weight: $0, squares: $0) }
        // The registry: count, numeric of many values, and positive, of which the second level alone is opened.
        let good = DescribedPart(
            values: [0], shown: [true, true], numbers: [3, -4, 50, 70, 20, 30],
            scales: [ColumnScale(mean: 1, sd: 2)])
        #expect(plan.allows(good, of: 2, rows: 120, groups))
        var changed: [DescribedPart] = []
        func change(_ edit: (inout DescribedPart) -> Void) {
            var part = good
            edit(&part)
            changed.append(part)
        }
        change { $0.values = [] }
        change { $0.values = [0, 0] }
        change { $0.shown = [true] }
        change { $0.shown[1] = false }
        change { $0.numbers.removeLast() }
        change { $0.scales = [] }
        // More rows of a level than the group has, none at all, a sum beyond its window.
        change { $0.numbers[4] = 51 }
        change { $0.numbers[4] = -1 }
        change { $0.numbers[0] = 1 << 40 }
        #expect(changed.allSatisfy { !plan.allows($0, of: 2, rows: 120, groups) })
        #expect(throws: DescriptionError.self) { try JointDescriptionPlan([], common: data.plan()).validate() }
    }
}
