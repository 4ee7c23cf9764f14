import TestSupport
import Testing

@testable import SecureSums
@testable import Wire

/// A verifier with one site's logs.
@Suite struct SumFollowerTests {
    private func follower(
        _ own: Int, _ settings: SumSettings, _ sessions: SiteSessions,
        changing change: (Record, [UInt8]) throws -> [UInt8] = { $1 }
    ) throws -> SumFollower {
        var follower = SumFollower(
            settings: settings, own: own, job: Mesh.job,
            keys: Dictionary(uniqueKeysWithValues: sessions.keys.enumerated().map { ($0, $1.publicKey) }),
            sessions: sessions.all[own].mapValues(\.id))
        for (peer, recorder) in sessions.recorders[own] {
            for direction in [Direction.outgoing, .incoming] {
                for entry in recorder.entries(of: direction) {
                    let record = try Record(encoded: entry.record)
                    follower.take(record, payload: try change(record, entry.payload), with: peer)
                }
            }
        }
        return follower
    }

    @Test func everySumFollowsFromTheLogs() async throws {
        for onLoss in SumSettings.OnLoss.allCases {
            let settings = try Mesh.settings(5, 1, onLoss)
            let programs = (0..<5).map { Adding(value: 100 * $0) }
            let sessions = try await Mesh.sessions(settings) { own, _, channel in
                own == 4 && onLoss == .continue ? BreakingChannel(channel, after: framesBefore + 6) : channel
            }
            let ends = await Mesh.run(programs, settings, sessions)
            for own in 0..<4 {
                let found = try follower(own, settings, sessions).sums(from: SumState(job: Mesh.job, siteCount: 5))
                #expect(found.rounds == ends[own].saved.rounds && found.rounds.count == 3)
            }
        }
    }

    /// What a running site refuses, its logs show.
    @Test func aSumThatIsOpenedAgainMustBeTheSame() async throws {
        let settings = try Mesh.settings(3, 1)
        var programs = (0..<3).map { Adding(value: 100 * $0, rounds: 1) }
        var states = await Mesh.run(programs, settings, try await Mesh.sessions(settings)).map(\.saved)
        // Only one site has the sum, so it is no sum yet; another brings other rows.
        for site in 1...2 { states[site] = SumState(job: Mesh.job, siteCount: 3) }
        for (value, error) in [(100, nil), (101, SumError.reopenedDiffers(round: 0))] {
            programs[1] = Adding(value: value, rounds: 1)
            let sessions = try await Mesh.sessions(settings)
            let ends = await Mesh.run(programs, settings, sessions, from: states)
            #expect(ends[0].error == error)
            let logs = try follower(0, settings, sessions)
            if let error {
                #expect(throws: error) { try logs.sums(from: states[0]) }
            } else {
                #expect(try logs.sums(from: states[0]).rounds == ends[0].saved.rounds)
            }
        }
    }

    @Test func alteredLogsAreFound() async throws {
        let settings = try Mesh.settings(4, 1)
        let programs = (0..<4).map { Adding(value: 100 * $0) }
        let sessions = try await Mesh.sessions(settings)
        _ = await Mesh.run(programs, settings, sessions)
        let start = SumState(job: Mesh.job, siteCount: 4)
        // The keeper sent another vector to one of its peers.
        let two = try follower(0, settings, sessions) { record, payload in
            guard record.type == .sumVector, record.from == "site0", record.to == "site2" else { return payload }
            var message = try VectorMessage(payload: payload)
            message.publicPart[message.publicPart.count - 1] ^= 1
            return try message.encoded()
        }
        #expect(throws: SumError.violation(site: "site0", name: "vectorEquivocation")) { try two.sums(from: start) }
        // It released shares though nobody had signed.
        let alone = try follower(0, settings, sessions) { record, payload in
            guard record.type == .sumAccord, record.to == "site0" else { return payload }
            return try AccordMessage(accord: nil, forwarded: []).encoded()
        }
        #expect(throws: SumError.violation(site: "site0", name: "releasedWithoutQuorum")) {
            try alone.sums(from: start)
        }
        // It told its peers different things: how far it is, what it received, shares that are not those of its hashes.
        let lies: [(MessageType, String, ([UInt8]) throws -> [UInt8])] = [
            (
                .sumPresence, "stateMismatch",
                { payload in
                    var message = try PresenceMessage(payload: payload)
                    message.present[3].toggle()
                    return try message.encoded()
                }
            ),
            (
                .sumReceipt, "receiptRefused",
                { payload in
                    var message = try ReceiptMessage(payload: payload)
                    message.vectors[3] = nil
                    return try message.encoded()
                }
            ),
            (
                .sumVector, "sharesInconsistent",
                { payload in
                    var message = try VectorMessage(payload: payload)
                    message.shares[1][0] ^= 1
                    return try message.encoded()
                }
            ),
        ]
        for (type, name, change) in lies {
            let lying = try follower(0, settings, sessions) { record, payload in
                record.type == type && record.from == "site0" && record.to == "site2" ? try change(payload) : payload
            }
            #expect(throws: SumError.violation(site: "site0", name: name)) { try lying.sums(from: start) }
        }
        // Another sum than the one that its next presence has.
        let other = try follower(0, settings, sessions) { record, payload in
            guard record.type == .sumPresence, record.from == "site0", record.round == 2 else { return payload }
            var message = try PresenceMessage(payload: payload)
            message.heads = [Bytes32(hashing: "other".utf8)]
            return try message.encoded()
        }
        #expect(throws: SumError.violation(site: "site0", name: "stateMismatch")) { try other.sums(from: start) }
    }

    /// A site sends a presence without itself and with other sums, is refused and lost: the others' sums follow from their logs.
    @Test func whatARefusedSiteSentDecidesNothing() async throws {
        let settings = try Mesh.settings(4, 1, .continue)
        let sessions = try await Mesh.sessions(settings)
        let deviating = Deviating(way: .lacksItself, value: [300], own: 3, settings: settings)
        let (key, peers) = (sessions.keys[3], sessions.all[3])
        let task = Task { try? await deviating.run(peers, key: key, rounds: 2) }
        let ends = await Mesh.run((0..<3).map { Adding(value: 100 * $0, rounds: 2) }, settings, sessions)
        task.cancel()
        for (own, end) in ends.enumerated() {
            #expect(end.saved.rounds.map(\.sites) == [[0, 1, 2, 3], [0, 1, 2]])
            let found = try follower(own, settings, sessions).sums(from: SumState(job: Mesh.job, siteCount: 4))
            #expect(found.rounds == end.saved.rounds)
        }
    }

    /// Sessions log a message before they refuse it: one that does not read, one more of a kind, one after that of a lost site.
    @Test func whatWasLoggedAndRefusedDecidesNothing() async throws {
        let settings = try Mesh.settings(5, 1, .continue)
        // The last site is lost after its presence in the second round.
        let sessions = try await Mesh.sessions(settings) { own, _, channel in
            own == 4 ? BreakingChannel(channel, after: framesBefore + 6) : channel
        }
        let ends = await Mesh.run((0..<5).map { Adding(value: 100 * $0) }, settings, sessions)
        let invented = PresenceMessage(
            mesh: .zero, heads: [.zero], present: [true, true, true, true, true], isFinished: false, last: nil)
        let nothing = ReceiptMessage(vectors: [nil, nil, nil, nil, nil])
        let leftovers: [(MessageType, UInt32, [UInt8])] = [
            (.sumPresence, 1, try invented.encoded()), (.sumPresence, 2, [1, 2, 3]), (.sumVector, 2, [1, 2, 3]),
            (.sumReceipt, 2, try nothing.encoded()), (.sumPresence, 3, try invented.encoded()),
            (.sumVector, 3, [1, 2, 3]), (.sumPresence, 9, [1, 2, 3]),
        ]
        for own in 0..<4 {
            #expect(ends[own].saved.rounds.map(\.sites) == [[0, 1, 2, 3, 4], [0, 1, 2, 3], [0, 1, 2, 3]])
            var follower = try follower(own, settings, sessions)
            for (type, round, payload) in leftovers {
                let record = Record(
                    session: .zero, from: "site4", to: "site\(own)", sequence: 0,
                    protocolVersion: SumDescription.protocolVersion, type: type, round: round, attempt: 0,
                    chunk: .whole, sentAt: 0, seen: .empty, payload: payload)
                follower.take(record, payload: payload, with: 4)
            }
            let found = try follower.sums(from: SumState(job: Mesh.job, siteCount: 5))
            #expect(found.rounds == ends[own].saved.rounds)
        }
    }

    @Test func inspectorsRefuseWhatDoesNotRead() throws {
        var inspector = SumInspector(settings: try Mesh.settings(3, 1))
        func record(_ type: MessageType, _ round: UInt32, _ payload: [UInt8]) -> Record {
            Record(
                session: .zero, from: "site0", to: "site1", sequence: 0,
                protocolVersion: SumDescription.protocolVersion,
                type: type, round: round, attempt: 0, chunk: .whole, sentAt: 0, seen: .empty, payload: payload)
        }
        let presence = try PresenceMessage(
            mesh: .zero, heads: [], present: [true, true, true], isFinished: false, last: nil
        )
        .encoded()
        try inspector.inspect(record(.sumPresence, 1, presence), payload: presence)
        for (type, round, payload) in [
            (MessageType.sumPresence, UInt32(1), presence), (.sumPresence, 3, presence), (.sumVector, 1, [1, 2, 3]),
            (.sumReceipt, 1, try ReceiptMessage(vectors: [nil, nil]).encoded()), (.sumSetup, 1, []),
            (MessageType(rawValue: 0x06ff), 1, []),
        ] {
            #expect(throws: InspectionFailure.self) {
                try inspector.inspect(record(type, round, payload), payload: payload)
            }
        }
    }
}
