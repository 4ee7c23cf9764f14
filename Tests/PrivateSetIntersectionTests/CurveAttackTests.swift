import Bignum
import Testing
import Wire

@testable import PrivateSetIntersection

/// What the masks and the session in the hash are for: attacks that succeed without them, and find nothing in what a receiver
/// really sends (protocols/alignment-ecdh.md 4).
@Suite("Attacks on questions over the curve")
struct CurveAttackTests {
    /// What the sender of an alignment received, by the point.
    private func questions(of lab: [[UInt8]]) async throws -> (session: Bytes32, elements: Set<[UInt8]>) {
        let log = MemoryRecorder()
        let parties = try await Parties.connect(recordingAtHospital: log)
        async let sender = parties.hospital.run {
            try await Alignment.run(identifiers(0..<40), over: $0, settings: Curved.settings(.sender))
        }
        async let receiver = parties.lab.run {
            try await Alignment.run(lab, over: $0, settings: Curved.settings(.receiver))
        }
        _ = try await (sender, receiver)
        let messages = try log.entries(of: .incoming)
            .map { (record: try Record(encoded: $0.record), payload: $0.payload) }
            .filter { $0.record.type == .maskedIdentifiers }
        return (
            parties.hospital.id,
            Set(try messages.flatMap { split(try MaskedIdentifiers(payload: $0.payload).elements) })
        )
    }

    private func split(_ elements: [UInt8]) -> [[UInt8]] {
        (0..<elements.count / Curve.width).map { Array(Curve.element($0, of: elements)) }
    }

    /// Questions of a weaker protocol: under a mask that anyone knows.
    private func points(of people: [[UInt8]], in session: Bytes32, mask: CurveMask) async throws -> Set<[UInt8]> {
        let elements = CurveElements(curve: try Curve(), hashes: AlignmentHashes(sessionID: session.bytes))
        return Set(split(try await elements.masked(people, by: mask, as: .alignment)))
    }

    @Test("A dictionary of guesses finds every person without a mask, and nobody under one")
    func dictionary() async throws {
        let (people, guesses) = (identifiers(10..<30), identifiers(0..<100))
        let one = try CurveMask(1, Curve())
        let asked = try await questions(of: people)
        #expect(asked.elements.count == people.count)
        let known = try await points(of: guesses, in: asked.session, mask: one)
        let unmasked = try await points(of: people, in: asked.session, mask: one)
        #expect(unmasked.isSubset(of: known))
        #expect(asked.elements.isDisjoint(with: known))
    }

    @Test("One mask and one hash for all sessions link them person by person; fresh ones show nothing")
    func linking() async throws {
        let (before, after) = (identifiers(10..<30), identifiers(15..<35))
        let first = try await questions(of: before)
        let second = try await questions(of: after)
        let kept = try CurveMask(77, Curve())
        let weaker = try await (
            points(of: before, in: first.session, mask: kept), points(of: after, in: first.session, mask: kept)
        )
        #expect(weaker.0.intersection(weaker.1).count == 15)
        #expect(first.session != second.session && first.elements.isDisjoint(with: second.elements))
        // The session alone keeps them apart too, whatever becomes of the mask.
        let bound = try await points(of: after, in: second.session, mask: kept)
        #expect(weaker.0.isDisjoint(with: bound))
    }
}
