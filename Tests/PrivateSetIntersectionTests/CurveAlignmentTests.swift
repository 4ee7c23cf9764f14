import TestSupport
import Testing
import Wire

@testable import PrivateSetIntersection

/// Both sides of an alignment over the curve.
func alignOverCurve(
    _ hospital: [[UInt8]], _ lab: [[UInt8]], hospitalSettings: AlignmentSettings = Curved.settings(),
    labSettings: AlignmentSettings = Curved.settings(), capacity: Int = 16, plan: ProtocolPlan? = nil
) async throws -> Outcome<Intersection> {
    try await both(capacity: capacity, plan: plan) {
        try await Alignment.run(hospital, over: $0, settings: hospitalSettings)
    } lab: {
        try await Alignment.run(lab, over: $0, settings: labSettings)
    }
}

enum Curved {
    static func settings(_ role: AlignmentRole = .bySize, minimumCohort: Int = 1) -> AlignmentSettings {
        AlignmentSettings(scheme: .curve, role: role, minimumCohort: minimumCohort)
    }
}

@Suite("Alignment over the curve")
struct CurveAlignmentTests {
    @Test(
        "The result is the plain intersection, in one order at both",
        arguments: [
            (0..<1, 0..<1), (0..<1, 0..<9), (0..<9, 8..<9), (0..<12, 11..<20), (0..<20, 0..<20), (0..<3, 1..<40),
            (5..<45, 0..<6), (0..<600, 300..<900),
        ] as [(Range<Int>, Range<Int>)])
    func equalsPlainIntersection(hospital: Range<Int>, lab: Range<Int>) async throws {
        var generator = SplitMix(UInt64(hospital.count * 100 + lab.count))
        let a = identifiers(hospital.shuffled(using: &generator))
        let b = identifiers(lab.shuffled(using: &generator))
        let outcome = try await alignOverCurve(a, b)
        let (atHospital, atLab) = (try outcome.hospital.get(), try outcome.lab.get())
        let common = atHospital.rowIndices.map { a[$0] }
        #expect(common == atLab.rowIndices.map { b[$0] })
        #expect(Set(common) == Set(a).intersection(b))
        #expect(common.count == Set(common).count)
        #expect(atHospital.ownCount == a.count && atHospital.peerCount == b.count)
        #expect(atLab.ownCount == b.count && atLab.peerCount == a.count)
        #expect(atHospital.role == (a.count >= b.count ? .sender : .receiver))
    }

    @Test("Both protocols and a plain join come to the same rows")
    func equalsPaillier() async throws {
        var generator = SplitMix(77)
        let a = identifiers((0..<60).shuffled(using: &generator))
        let b = identifiers((25..<90).shuffled(using: &generator))
        let paillier = try await align(a, b).hospital.get().rowIndices
        let curve = try await alignOverCurve(a, b).hospital.get().rowIndices
        #expect(Set(curve) == Set(paillier))
        #expect(Set(curve.map { a[$0] }) == Set(a).intersection(b))
    }

    @Test(
        "Several chunks, over a channel that holds one frame, as the description says", arguments: ["hospital", "lab"])
    func severalChunks(sender: String) async throws {
        let description = ProtocolDescription.curveAlignment
        #expect(description.steps.allSatisfy { $0.type.protocolID == ProtocolVersion.alignment.id })
        let receiver = sender == "lab" ? "hospital" : "lab"
        let plan = ProtocolPlan([.init(description, parties: ["sender": sender, "receiver": receiver])])
        let (a, b) = (identifiers(0..<8300), identifiers(8000..<16_400))
        let outcome = try await alignOverCurve(
            a, b, hospitalSettings: Curved.settings(sender == "hospital" ? .sender : .receiver),
            labSettings: Curved.settings(sender == "lab" ? .sender : .receiver), capacity: 1, plan: plan)
        let common = try outcome.hospital.get().rowIndices.map { a[$0] }
        #expect(common == (try outcome.lab.get().rowIndices.map { b[$0] }))
        #expect(common.count == 300)
    }

    @Test("Lawful ends without a cohort have their names on both sides")
    func lawfulEnds() async throws {
        let empty = try await alignOverCurve(identifiers(0..<7), identifiers(7..<12))
        #expect(empty.hospital.alignmentError == .emptyIntersection)
        #expect(empty.lab.alignmentError == .emptyIntersection)
        let strict = Curved.settings(minimumCohort: 4)
        for (hospital, lab) in [(strict, Curved.settings()), (Curved.settings(), strict)] {
            let few = try await alignOverCurve(
                identifiers(0..<7), identifiers(4..<9), hospitalSettings: hospital, labSettings: lab)
            #expect(few.hospital.alignmentError == .cohortTooSmall(minimum: 4))
            #expect(few.lab.alignmentError == .cohortTooSmall(minimum: 4))
        }
        let small = try await alignOverCurve(identifiers(0..<3), identifiers(0..<9), labSettings: strict)
        #expect(small.lab.alignmentError == .peerSetTooSmall(count: 3, minimum: 4))
    }

    @Test("One side over the curve and one by Paillier is a disagreement")
    func otherProtocol() async throws {
        let group = try Small.parameters()
        let outcome = try await both {
            try await Alignment.run(identifiers(0..<4), over: $0, settings: Curved.settings())
        } lab: {
            try await Alignment.run(identifiers(0..<4), over: $0, settings: Small.settings, parameters: group)
        }
        let (own, peer) = (outcome.hospital.alignmentError, outcome.lab.alignmentError)
        #expect(
            own == .keySizesDiffer(own: 256, peer: Small.keyBits)
                || peer == .keySizesDiffer(own: Small.keyBits, peer: 256))
    }

    @Test("The last word before a single identifier is masked is the site's own")
    func admission() async throws {
        struct Refused: Error {}
        let log = MemoryRecorder()
        let parties = try await Parties.connect(recordingAtHospital: log)
        async let hospital = result {
            try await parties.hospital.run {
                try await Alignment.run(
                    identifiers(0..<5), over: $0, settings: Curved.settings(),
                    admit: { sizes in
                        #expect(sizes == SetSizes(own: 5, peer: 7))
                        throw Refused()
                    })
            }
        }
        async let lab = result {
            try await parties.lab.run {
                try await Alignment.run(identifiers(4..<11), over: $0, settings: Curved.settings())
            }
        }
        let (refused, _) = await (hospital, lab)
        #expect(throws: Refused.self) { try refused.get() }
        let sent = try log.entries(of: .outgoing).map { try Record(encoded: $0.record).type }
            .filter { $0.protocolID == ProtocolVersion.alignment.id }
        #expect(sent == [.alignmentOpening])
    }
}
