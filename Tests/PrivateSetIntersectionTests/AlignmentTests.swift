import TestSupport
import Testing
import Wire

@testable import PrivateSetIntersection

@Suite("Alignment of two sets")
struct AlignmentTests {
    @Test(
        "The result is the plain intersection, in one order at both",
        arguments: [
            (0..<1, 0..<1), (0..<1, 0..<9), (0..<9, 8..<9), (0..<12, 11..<20), (0..<20, 0..<20), (0..<3, 1..<40),
            (5..<45, 0..<6),
        ] as [(Range<Int>, Range<Int>)])
    func equalsPlainIntersection(hospital: Range<Int>, lab: Range<Int>) async throws {
        var generator = SplitMix(UInt64(hospital.count * 100 + lab.count))
        let a = identifiers(hospital.shuffled(using: &generator))
        let b = identifiers(lab.shuffled(using: &generator))
        let outcome = try await align(a, b)
        let (atHospital, atLab) = (try outcome.hospital.get(), try outcome.lab.get())
        let common = atHospital.rowIndices.map { a[$0] }
        #expect(common == atLab.rowIndices.map { b[$0] })
        #expect(Set(common) == Set(a).intersection(b))
        #expect(common.count == Set(common).count)
        #expect(atHospital.ownCount == a.count && atHospital.peerCount == b.count)
        #expect(atLab.ownCount == b.count && atLab.peerCount == a.count)
        #expect(atHospital.role == (a.count >= b.count ? .sender : .receiver))
    }

    @Test("Either side may be the larger, whatever its role", arguments: [AlignmentRole.sender, .receiver])
    func eitherRole(role: AlignmentRole) async throws {
        let (a, b) = (identifiers(0..<5), identifiers(3..<30))
        let other = role == .sender ? AlignmentRole.receiver : .sender
        let outcome = try await align(
            a, b, hospitalSettings: Small.settings(role), labSettings: Small.settings(other))
        #expect(try outcome.hospital.get().role == role)
        #expect(Set(try outcome.hospital.get().rowIndices) == [3, 4])
        #expect(Set(try outcome.lab.get().rowIndices) == [0, 1])
    }

    @Test("Arbitrary bytes are identifiers, the empty string among them", arguments: AlignmentScheme.allCases)
    func arbitraryBytes(_ scheme: AlignmentScheme) async throws {
        let shared: [[UInt8]] = [[], [0], [0, 0], [255, 254], Array(repeating: 65, count: 1000)]
        let outcome = try await align(shared + [[1]], [[2]] + shared.reversed(), by: scheme)
        #expect(try outcome.hospital.get().rowIndices.count == shared.count)
        #expect(try outcome.lab.get().rowIndices == outcome.hospital.get().rowIndices.map { shared.count - $0 })
    }

    @Test("The row order says nothing about the order of a file", arguments: AlignmentScheme.allCases)
    func orderIsFresh(_ scheme: AlignmentScheme) async throws {
        let ids = identifiers(0..<12)
        let first = try await align(ids, ids, by: scheme).hospital.get().rowIndices
        let second = try await align(ids, ids, by: scheme).hospital.get().rowIndices
        #expect(first != second)
        #expect(first.sorted() == second.sorted())
    }

    @Test("Several chunks, over a channel that holds one frame")
    func severalChunks() async throws {
        let a = identifiers(0..<4100)
        let b = identifiers(3000..<7101)
        let wider = AlignmentSettings(keyBits: Small.widerKeyBits)
        let outcome = try await align(a, b, hospitalSettings: wider, labSettings: wider, capacity: 1)
        let common = try outcome.hospital.get().rowIndices.map { a[$0] }
        #expect(common == (try outcome.lab.get().rowIndices.map { b[$0] }))
        #expect(common.count == 1100)
    }

    @Test("Published parameters of 2048 bits, keys made in the session")
    func realSize() async throws {
        let (a, b) = (identifiers(0..<40), identifiers(25..<55))
        let settings = AlignmentSettings(keyBits: 2048)
        let outcome = try await both(
            hospital: { try await Alignment.run(a, over: $0, settings: settings) },
            lab: { try await Alignment.run(b, over: $0, settings: settings) })
        #expect(try outcome.hospital.get().rowIndices.map { a[$0] } == outcome.lab.get().rowIndices.map { b[$0] })
        #expect(try outcome.hospital.get().rowIndices.count == 15)
    }

    @Test("The description of the order of messages admits a run, whoever sends", arguments: ["hospital", "lab"])
    func followsDescription(sender: String) async throws {
        let description = ProtocolDescription.alignment
        #expect(Set(description.steps.map(\.type)).count == 12)
        #expect(description.steps.allSatisfy { $0.type.protocolID == ProtocolVersion.alignment.id })
        let receiver = sender == "lab" ? "hospital" : "lab"
        let plan = ProtocolPlan([.init(description, parties: ["sender": sender, "receiver": receiver])])
        let (a, b) = (identifiers(0..<700), identifiers(650..<1300))
        let parameters = try Small.parameters()
        let outcome = try await both(plan: plan) {
            try await Alignment.run(
                a, over: $0, settings: Small.settings(sender == "hospital" ? .sender : .receiver),
                parameters: parameters)
        } lab: {
            try await Alignment.run(
                b, over: $0, settings: Small.settings(sender == "lab" ? .sender : .receiver), parameters: parameters)
        }
        #expect(try outcome.hospital.get().rowIndices.count == 50)
        #expect(try outcome.lab.get().rowIndices.count == 50)
    }

    @Test("A long alignment is signed on the way, where the description says")
    func longAlignment() async throws {
        // Three chunks of one slot a plaintext, a checkpoint after each but the last.
        let plan = ProtocolPlan([
            .init(.alignment(signedEvery: 1), parties: ["sender": "hospital", "receiver": "lab"])
        ])
        let (a, b) = (identifiers(0..<30), identifiers(10..<4200))
        var parameters = try Small.parameters()
        parameters.chunksPerCheckpoint = 1
        let every = parameters
        let outcome = try await both(plan: plan) {
            try await Alignment.run(a, over: $0, settings: settings(.sender), parameters: every)
        } lab: {
            try await Alignment.run(b, over: $0, settings: settings(.receiver), parameters: every)
        }
        #expect(try outcome.hospital.get().rowIndices.count == 20)
        #expect(try outcome.lab.get().rowIndices.count == 20)
    }

    private func settings(_ role: AlignmentRole) -> AlignmentSettings {
        AlignmentSettings(keyBits: Small.keyBits, role: role)
    }

    @Test("Permutations are uniform and repeatable")
    func permutation() {
        var counts: [[UInt32]: Int] = [:]
        var generator = SplitMix(51)
        for _ in 0..<6000 { counts[Permutation.random(3, using: &generator), default: 0] += 1 }
        #expect(counts.count == 6)
        // 1000 expected of each; 150 is over five standard deviations.
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 150 })
        var (one, other) = (SplitMix(52), SplitMix(52))
        #expect(Permutation.random(100, using: &one) == Permutation.random(100, using: &other))
        #expect(Permutation.random(1, using: &one) == [0])
    }
}

@Suite("Lawful ends without a cohort")
struct RefusalTests {
    @Test("An empty intersection is an error by name on both sides")
    func empty() async throws {
        let outcome = try await align(identifiers(0..<7), identifiers(7..<12))
        #expect(outcome.hospital.alignmentError == .emptyIntersection)
        #expect(outcome.lab.alignmentError == .emptyIntersection)
    }

    @Test("The larger of the two minima holds", arguments: [true, false])
    func cohortTooSmall(atHospital: Bool) async throws {
        var strict = Small.settings
        strict.minimumCohort = 4
        let outcome = try await align(
            identifiers(0..<7), identifiers(4..<9), hospitalSettings: atHospital ? strict : Small.settings,
            labSettings: atHospital ? Small.settings : strict)
        #expect(outcome.hospital.alignmentError == .cohortTooSmall(minimum: 4))
        #expect(outcome.lab.alignmentError == .cohortTooSmall(minimum: 4))
    }

    /// Two people that are known to be at the other site, and one about whom the asker wants to know.
    @Test("A set that cannot make a cohort is refused: one's own before anything is sent, the peer's at its opening")
    func setTooSmall() async throws {
        var strict = Small.settings
        strict.minimumCohort = 4
        let few = identifiers(4..<7)
        let own = try await align(few, identifiers(0..<9), hospitalSettings: strict)
        #expect(own.hospital.alignmentError == .ownSetTooSmall(count: 3, minimum: 4))
        #expect(own.lab.peerReason == "ownSetTooSmall")
        // A program that leaves its own check out.
        let hostile = try await align(few, identifiers(0..<9), labSettings: strict)
        #expect(hostile.lab.alignmentError == .peerSetTooSmall(count: 3, minimum: 4))
        // It is told the other's minimum in the opening, and sees for itself; or hears it.
        let reason = hostile.hospital.alignmentError == .ownSetTooSmall(count: 3, minimum: 4)
        #expect(reason || hostile.hospital.peerReason == "peerSetTooSmall")
    }

    @Test("The last word before a single identifier is blinded is the site's own")
    func admission() async throws {
        struct Refused: Error {}
        let log = MemoryRecorder()
        let parties = try await Parties.connect(recordingAtHospital: log)
        let parameters = try Small.parameters()
        async let hospital = result {
            try await parties.hospital.run {
                try await Alignment.run(
                    identifiers(0..<7), over: $0, settings: Small.settings, parameters: parameters,
                    admit: { sizes in
                        #expect(sizes == SetSizes(own: 7, peer: 5))
                        throw Refused()
                    })
            }
        }
        async let lab = result {
            try await parties.lab.run {
                try await Alignment.run(
                    identifiers(4..<9), over: $0, settings: Small.settings, parameters: parameters)
            }
        }
        let (refused, _) = await (hospital, lab)
        #expect(throws: Refused.self) { try refused.get() }
        let sent = try log.entries(of: .outgoing).map { try Record(encoded: $0.record).type }
            .filter { $0.protocolID == ProtocolVersion.alignment.id }
        #expect(sent == [.alignmentOpening])
    }

    @Test("Exactly the minimum is enough")
    func justEnough() async throws {
        var strict = Small.settings
        strict.minimumCohort = 3
        let outcome = try await align(identifiers(0..<7), identifiers(4..<9), hospitalSettings: strict)
        #expect(try outcome.lab.get().rowIndices.count == 3)
    }

    @Test("Own input that cannot be aligned is refused before anything is sent")
    func ownInput() async throws {
        var small = Small.settings
        small.maximumOwnCount = 2
        let duplicate = try await align([[1], [2], [1]], [[1]])
        #expect(duplicate.hospital.alignmentError == .duplicateIdentifier(first: 0, second: 2))
        #expect(duplicate.lab.peerReason == "duplicateIdentifier")
        #expect(try await align([], [[1]]).hospital.alignmentError == .noIdentifiers)
        let large = try await align(identifiers(0..<3), [[1]], hospitalSettings: small)
        #expect(large.hospital.alignmentError == .ownSetTooLarge(count: 3, maximum: 2))
    }

    @Test("Asking about more identifiers than policy allows is refused: enumeration stops at the quota")
    func quota() async throws {
        var guarded = Small.settings
        guarded.maximumPeerCount = 5
        let within = try await align(identifiers(0..<3), identifiers(0..<5), hospitalSettings: guarded)
        #expect(try within.hospital.get().rowIndices.count == 3)
        let over = try await align(identifiers(0..<3), identifiers(0..<6), hospitalSettings: guarded)
        #expect(over.hospital.alignmentError == .peerSetTooLarge(count: 6, maximum: 5))
        #expect(over.lab.peerReason == "peerSetTooLarge")
    }

    @Test("Roles that do not fit and key sizes that differ are named")
    func disagreement() async throws {
        var sender = Small.settings
        sender.role = .sender
        let roles = try await align([[1]], [[1]], hospitalSettings: sender, labSettings: sender)
        #expect(roles.hospital.alignmentError == .rolesConflict || roles.lab.alignmentError == .rolesConflict)
        // A role that the job does not name is taken by nobody, whatever the sizes: the sizes decide.
        for role in [AlignmentRole.sender, .receiver] {
            let chosen = try await align(identifiers(0..<3), identifiers(0..<2), labSettings: Small.settings(role))
            #expect(chosen.hospital.alignmentError == .rolesConflict || chosen.lab.alignmentError == .rolesConflict)
        }
        var other = Small.settings
        other.keyBits = 2048
        let sizes = try await align([[1]], [[1]], labSettings: other)
        #expect(
            sizes.hospital.alignmentError == .keySizesDiffer(own: 640, peer: 2048)
                || sizes.lab.alignmentError == .keySizesDiffer(own: 2048, peer: 640))
    }
}
