import Bignum
import TestSupport
import Testing
import Wire

@testable import PrivateSetIntersection

/// Peers that break the protocol over the curve: each refusal by its name.
@Suite("Violations over the curve")
struct CurveViolationTests {
    /// On the curve are 5, 6 and 8; 1 and 2^256 - 1 are not.
    private static func x(_ last: UInt8) -> [UInt8] { [UInt8](repeating: 0, count: 31) + [last] }
    private static let beyond = [UInt8](repeating: 255, count: 32)

    // MARK: A hostile receiver

    /// An honest sender against a receiver of `size` identifiers that sends these questions.
    private func refusal(
        ofQuestions elements: [UInt8], size: Int
    ) async throws -> (error: AlignmentError?, answers: Bool) {
        let outcome = try await both {
            _ = try await Alignment.run(identifiers(0..<4), over: $0, settings: Curved.settings(.sender))
        } lab: { session in
            try await session.send(
                AlignmentOpening(role: .receiver, keyBits: 256, setSize: UInt64(size), minimumCohort: 1))
            _ = try await session.receive(AlignmentOpening.self)
            try await session.send(MaskedIdentifiers(elements: elements))
            try await session.checkpoint()
            _ = try await session.receive(MaskedTwice.self)
            // It has what it wanted, and ends the session.
            throw Answered()
        }
        var answers = false
        if case .failure(let error) = outcome.lab { answers = error is Answered }
        return (outcome.hospital.alignmentError, answers)
    }

    private struct Answered: Error {}

    @Test("Questions off the curve, not below p, repeated, or of another number get no answer")
    func questions() async throws {
        let cases: [([UInt8], Int, AlignmentError)] = [
            (Self.x(1), 1, .elementOutOfGroup(chunk: 0, index: 0)),
            (Self.x(5) + Self.x(1), 2, .elementOutOfGroup(chunk: 0, index: 1)),
            (Self.beyond, 1, .elementOutOfGroup(chunk: 0, index: 0)),
            (Self.x(5) + Self.x(6) + Self.x(5), 3, .elementRepeated(chunk: 0, index: 2)),
            (Self.x(5), 2, .wrongCount(message: "MaskedIdentifiers", expected: 2, found: 1)),
            (Self.x(5) + Self.x(6), 1, .wrongCount(message: "MaskedIdentifiers", expected: 1, found: 2)),
            (Self.x(5) + [7], 1, .wrongCount(message: "MaskedIdentifiers", expected: 1, found: 1)),
            ([], 1, .wrongCount(message: "MaskedIdentifiers", expected: 1, found: 0)),
        ]
        for (elements, size, error) in cases {
            let outcome = try await refusal(ofQuestions: elements, size: size)
            #expect(outcome.error == error)
            #expect(!outcome.answers)
        }
        // The same receiver with lawful points of its choice is answered: what it may learn is bounded by their number.
        #expect(try await refusal(ofQuestions: Self.x(5) + Self.x(6), size: 2).answers)
    }

    /// With answers to single questions a receiver could ask about an answer: it would get b^2 Q, then b^3 Q.
    @Test("A receiver that asks a first question and waits gets no answer before the last")
    func chaining() async throws {
        let plan = ProtocolPlan([.init(.curveAlignment, parties: ["sender": "hospital", "receiver": "lab"])])
        let outcome = try await both(plan: plan) {
            _ = try await Alignment.run(identifiers(0..<4), over: $0, settings: Curved.settings(.sender))
            return true
        } lab: { session in
            try await session.send(
                AlignmentOpening(role: .receiver, keyBits: 256, setSize: 8193, minimumCohort: 1))
            _ = try await session.receive(AlignmentOpening.self)
            let curve = try Curve()
            let mask = try CurveMask(2, curve)
            var elements = Self.x(5)
            while elements.count < 8192 * 32 {
                elements += try mask.masking(curve.points(Array(elements.suffix(32)))[0])
            }
            try await session.send(MaskedIdentifiers(elements: elements), chunk: Chunk(0, of: 2))
            // The first chunk is complete, and nothing but a checkpoint could come.
            _ = try await session.receive(MaskedTwice.self, chunk: Chunk(0, of: 2), within: .milliseconds(300))
            return true
        }
        guard case .failure(let error) = outcome.lab else {
            Issue.record("the first chunk was answered")
            return
        }
        #expect(error as? WireError == .timeout(peer: "hospital", waitingFor: "MaskedTwice"), "\(error)")
        #expect((try? outcome.hospital.get()) == nil)
    }

    /// What the receiver's program, and every verifier after it, holds against a sender that answers early.
    @Test("An answer before the last question is out of order")
    func earlyAnswer() async throws {
        let plan = ProtocolPlan([.init(.curveAlignment, parties: ["sender": "hospital", "receiver": "lab"])])
        var sides = Sides(roles: ("hospital", "lab"), protocols: [.alignment], plan: plan)
        // A program that follows no plan.
        sides.planA = nil
        let pair = try await sides.opened()
        async let sender = result {
            try await pair.a.run { session in
                try await session.send(
                    AlignmentOpening(role: .sender, keyBits: 256, setSize: 4, minimumCohort: 1))
                _ = try await session.receive(AlignmentOpening.self)
                try await session.send(MaskedTwice(elements: Self.x(5)))
                _ = try await session.receive(MaskedIdentifiers.self)
            }
        }
        async let receiver = result {
            try await pair.b.run {
                _ = try await Alignment.run(identifiers(0..<1), over: $0, settings: Curved.settings(.receiver))
            }
        }
        _ = await sender
        let found = await receiver
        guard case .failure(let error) = found else {
            Issue.record("the answer was taken")
            return
        }
        #expect(error as? WireError == .outOfOrder(peer: "hospital", message: .maskedTwice), "\(error)")
    }

    // MARK: A hostile sender

    /// An honest receiver of 3 identifiers against a sender of 2 with these answers and tags.
    private func refusal(
        ofAnswers change: @escaping @Sendable ([UInt8]) throws -> [UInt8],
        tags: [AlignmentTag] = [AlignmentTag(high: 1, low: 0), AlignmentTag(high: 2, low: 0)]
    ) async throws -> AlignmentError? {
        let outcome = try await both {
            _ = try await Alignment.run(identifiers(0..<3), over: $0, settings: Curved.settings(.receiver))
        } lab: { session in
            try await session.send(AlignmentOpening(role: .sender, keyBits: 256, setSize: 2, minimumCohort: 1))
            _ = try await session.receive(AlignmentOpening.self)
            let asked = try await session.receive(MaskedIdentifiers.self).elements
            try await session.checkpoint()
            try await session.send(MaskedTwice(elements: try change(asked)))
            try await session.send(SenderTags(tags: tags))
            try await session.checkpoint()
            _ = try await session.receive(MatchOutcome.self)
        }
        return outcome.hospital.alignmentError
    }

    private static func doubled(_ asked: [UInt8]) throws -> [UInt8] {
        let curve = try Curve()
        return try CurveMask(2, curve).masking(curve.points(asked))
    }

    @Test("Answers off the curve, repeated, reflected, or of another number are refused")
    func answers() async throws {
        #expect(try await refusal(ofAnswers: Self.doubled) == .emptyIntersection)
        #expect(
            try await refusal { Array(try Self.doubled($0)[..<64]) + Self.x(1) }
                == .elementOutOfGroup(chunk: 0, index: 2))
        #expect(
            try await refusal { Self.beyond + Array(try Self.doubled($0)[32...]) }
                == .elementOutOfGroup(chunk: 0, index: 0))
        #expect(
            try await refusal { Array(try Self.doubled($0)[..<64]) + Array(try Self.doubled($0)[..<32]) }
                == .elementRepeated(chunk: 0, index: 2))
        // Questions that come back as answers: b = 1, or those of other rows.
        #expect(try await refusal { $0 } == .elementRepeated(chunk: 0, index: 0))
        #expect(
            try await refusal { Array(try Self.doubled($0)[..<64]) + Array($0[..<32]) }
                == .elementRepeated(chunk: 0, index: 2))
        #expect(
            try await refusal { Array(try Self.doubled($0)[..<64]) }
                == .wrongCount(message: "MaskedTwice", expected: 3, found: 2))
    }

    @Test("Tags that do not ascend or are of another number are refused")
    func tags() async throws {
        let (one, two) = (AlignmentTag(high: 1, low: 0), AlignmentTag(high: 2, low: 0))
        #expect(try await refusal(ofAnswers: Self.doubled, tags: [two, one]) == .tagsNotAscending)
        #expect(try await refusal(ofAnswers: Self.doubled, tags: [one, one]) == .tagsNotAscending)
        #expect(
            try await refusal(ofAnswers: Self.doubled, tags: [one])
                == .wrongCount(message: "SenderTags", expected: 2, found: 1))
    }

    /// A sender that answers in another order finds nobody: a tag is of an identifier and its own answer.
    @Test("Answers in another order match nothing")
    func order() async throws {
        let outcome = try await both {
            _ = try await Alignment.run(identifiers(0..<3), over: $0, settings: Curved.settings(.receiver))
        } lab: { session in
            try await session.send(AlignmentOpening(role: .sender, keyBits: 256, setSize: 3, minimumCohort: 1))
            let (_, head) = try await session.receiveWithHead(AlignmentOpening.self)
            let curve = try Curve()
            var generator = session.randomness("alignment mask", after: head)
            let mask = try CurveMask(curve, using: &generator)
            let asked = try await session.receive(MaskedIdentifiers.self).elements
            try await session.checkpoint()
            let answers = try mask.masking(curve.points(asked))
            try await session.send(MaskedTwice(elements: Array(answers[32...]) + Array(answers[..<32])))
            let elements = CurveElements(curve: curve, hashes: AlignmentHashes(sessionID: session.id.bytes))
            let own = try await elements.masked(identifiers(0..<3), by: mask, as: .alignment)
            let tags = (0..<3).map {
                elements.hashes.key(of: identifiers([$0])[0], at: Curve.element($0, of: own)).tag
            }
            try await session.send(SenderTags(tags: tags.sorted()))
            try await session.checkpoint()
            _ = try await session.receive(MatchOutcome.self)
        }
        #expect(outcome.hospital.alignmentError == .emptyIntersection)
    }

    // MARK: A receiver that says too much

    /// An honest sender of people 0 to 3 against a receiver of people 2, 3, 10 and 11, which says that these of the
    /// sender's tags match, with these proofs. A mask of 1 spares the receiver the step that takes it off.
    private func refusal(
        ofMatches matches: @escaping @Sendable (_ own: [MatchKey], _ theirs: [AlignmentTag]) -> [MatchKey]
    ) async throws -> Result<Void, any Error> {
        try await both {
            _ = try await Alignment.run(identifiers(0..<4), over: $0, settings: Curved.settings(.sender))
        } lab: { session in
            try await session.send(
                AlignmentOpening(role: .receiver, keyBits: 256, setSize: 4, minimumCohort: 1))
            _ = try await session.receive(AlignmentOpening.self)
            let own = identifiers(2..<4) + identifiers(10..<12)
            let elements = CurveElements(curve: try Curve(), hashes: AlignmentHashes(sessionID: session.id.bytes))
            let mask = try CurveMask(1, elements.curve)
            let asked = try await elements.masked(own, by: mask, as: .alignment)
            try await session.send(MaskedIdentifiers(elements: asked))
            try await session.checkpoint()
            let answers = try await session.receive(MaskedTwice.self).elements
            let theirs = try await session.receive(SenderTags.self).tags
            try await session.checkpoint()
            let keys = own.indices.map { elements.hashes.key(of: own[$0], at: Curve.element($0, of: answers)) }
            let said = matches(keys, theirs).sorted { $0.tag < $1.tag }
            try await session.send(MatchOutcome(kind: .matched, count: UInt64(said.count)))
            try await session.send(MatchingTags(tags: said.map(\.tag)))
            try await session.send(MatchProofs(tags: said.map(\.proof)))
            try await session.send(
                OrderDigest(count: UInt64(said.count), order: elements.hashes.order(of: said.map(\.tag))))
            _ = try await session.receive(OrderDigest.self)
        }.hospital
    }

    /// Without the proofs a receiver could give the sender's own tags back to it, and have people in the cohort that it
    /// does not know.
    @Test("Matches that the receiver did not compute are refused")
    func matchesThatWereNotComputed() async throws {
        let honest: @Sendable ([MatchKey], [AlignmentTag]) -> [MatchKey] = { own, theirs in
            own.filter { theirs.contains($0.tag) }
        }
        // The same receiver is believed with what it has computed: the two people whom both have.
        _ = try await refusal { own, theirs in
            let both = honest(own, theirs)
            #expect(both.count == 2)
            return both
        }.get()
        // All of the sender's tags, those of the others with a proof of its own people, or with the tag itself.
        let forgeries: [@Sendable ([MatchKey], [AlignmentTag]) -> [MatchKey]] = [
            { own, theirs in
                theirs.map { tag in own.first { $0.tag == tag } ?? MatchKey(tag: tag, proof: own[0].proof) }
            },
            { own, theirs in theirs.map { tag in own.first { $0.tag == tag } ?? MatchKey(tag: tag, proof: tag) } },
            // Two people whom it does know, each with the proof of the other.
            { own, theirs in
                let both = honest(own, theirs)
                return [
                    MatchKey(tag: both[0].tag, proof: both[1].proof), MatchKey(tag: both[1].tag, proof: both[0].proof),
                ]
            },
        ]
        for forgery in forgeries {
            #expect(try await refusal(ofMatches: forgery).alignmentError == .matchUnproven)
        }
    }
}
