import Foundation
import Records
import TestSupport
import Testing
import Wire

@testable import Jobs

/// Jobs that allow a fit without a lost party, and what is left of them: format 13 (`protocols/job.md` 8.4).
@Suite("Fits without a lost party") struct RefitTests {
    static func yaml(_ loss: String = "withoutLost: refit", helper: String = "c", more: String = "") -> String {
        """
        moiety: 13
        title: "T: R\\x26D"
        purpose: |
          First line.
          Second "line" \\ of it.
        \(loss)
        parties:
          - {name: b, identifier: {columns: [id, {column: born, normaliser: digits}], normaliser: trim}, features: [m1, m2, m3]}
          - name: a
            role: active
            table: visits
            identifier: {columns: [key, {column: day, normaliser: digits}], normaliser: trim, duplicates: first}
            label: y
            offset: known
            weights: w
            features: [age, {column: "ward no", type: categorical, levels: ["1", "ä \\"b\\"", no], reference: no}]
          - {name: c, identifier: {columns: [id, {column: b, normaliser: digits}], normaliser: trim}, features: [r1, {column: arm, type: binary}]}
          - {name: d, identifier: {columns: [id, {column: b, normaliser: digits}], normaliser: trim}, features: [s]}
        helper: \(helper)
        model: {family: negative-binomial, theta: 1.25, l2: 1e-3, tolerance: 0.00001, maxPasses: 14}
        reveal: [coefficients, metrics]
        crossValidation: 4
        keys: {bits: 2048, nonces: half}
        limits: {minimumCohort: 40, minimumCell: 5, parametersPerRow: 0.1, maximumSetSize: 5000}
        loosen: [budget, leverage]
        transcript: {payloads: full}
        network: {connectTimeout: 12, messageTimeout: 13}
        \(more)
        """
    }

    private static func problems(_ text: String) -> [String] {
        Fixtures.problems(text).map { "\($0.path): \($0.message) (\($0.hint ?? ""))" }
    }

    private func error(_ body: () throws -> Void) -> DerivationError? {
        do {
            try body()
            return nil
        } catch { return error as? DerivationError }
    }

    @Test("The field stands in the job's bytes and in its explanation")
    func field() throws {
        let job = try Job(yaml: Self.yaml())
        #expect(job.withoutLost == .refit && job.derivedFrom == nil && job.kind == .several)
        #expect(try Job(canonical: job.canonical) == job)
        #expect(Array(job.canonical.dropFirst(11).prefix(2)) == [0, 13])
        let plain = try Job(yaml: Self.yaml("").replacing("moiety: 13", with: "moiety: 12"))
        #expect(Array(plain.canonical.dropFirst(11).prefix(2)) == [0, 12] && plain.hash != job.hash)
        #expect(plain.withoutLost == .stop && plain.wordsOfLoss.isEmpty)
        // What the default is may be written out, and changes nothing.
        #expect(try Job(yaml: Self.yaml("withoutLost: stop").replacing("moiety: 13", with: "moiety: 12")) == plain)
        let text = try #require(SeveralExplanation(job)?.text.replacing("\n", with: " "))
        #expect(text.contains("withoutLost: refit") && text.contains("which people the lost party does not have"))
        #expect(SeveralExplanation(plain)?.text.contains("withoutLost") == false)
    }

    @Test("Each format says what is its own; other kinds of jobs refuse the field and say whose it is")
    func formats() throws {
        func refused(_ text: String, at path: String, saying word: String) -> Bool {
            Self.problems(text).contains { $0.hasPrefix("\(path): ") && $0.contains(word) }
        }
        #expect(
            refused(
                Self.yaml().replacing("moiety: 13", with: "moiety: 12"), at: "moiety", saying: "write 'moiety: 13'"))
        for loss in ["", "withoutLost: stop"] {
            #expect(refused(Self.yaml(loss), at: "moiety", saying: "add 'withoutLost: refit'"))
        }
        #expect(refused(Self.yaml("withoutLost: wait"), at: "withoutLost", saying: "one of: stop, refit"))
        let whose = "three to eight parties with different columns"
        #expect(refused(Fixtures.trial + "\nwithoutLost: refit\n", at: "withoutLost", saying: whose))
        #expect(refused(RowJobTests.small + "\nwithoutLost: refit\n", at: "withoutLost", saying: whose))
        let aligns =
            "moiety: 12\ntitle: T\nwithoutLost: refit\nparties:\n"
            + "  - {name: a, role: active, identifier: id}\n  - {name: b, identifier: id}\n  - {name: c, identifier: id}\n"
        #expect(refused(aligns, at: "withoutLost", saying: whose))
        // Bytes that no file has.
        let job = try Job(yaml: Self.yaml())
        for change in [
            { $0.withoutLost = .stop }, { $0.helper = nil }, { $0.helper = "a" },
            { $0.derivedFrom = Derivation(job: job.hash.hex, without: ["b"]) },
            { $0.derivedFrom = Derivation(job: job.hash.hex, without: []) },
            { $0.derivedFrom = Derivation(job: job.hash.hex, without: ["e", "f", "g", "h", "i"]) },
        ] as [(inout Job) -> Void] {
            var other = job
            change(&other)
            var encoder = Encoder()
            encoder.writeFixed(Job.magic)
            encoder.write(Job.refitFormatVersion)
            other.encodeRefit(into: &encoder)
            #expect(throws: DocumentError.self) { try Job(canonical: encoder.finish()) }
        }
        for bytes in [Array(job.canonical.dropLast()), job.canonical + [0]] {
            #expect(throws: DocumentError.self) { try Job(canonical: bytes) }
        }
    }

    @Test(
        "What is left: the party's columns are gone, everything else stays, and who derives in which order is the same")
    func derives() throws {
        let job = try Job(yaml: Self.yaml())
        let left = try job.without("b")
        #expect(left.parties.map(\.name) == ["a", "c", "d"] && left.helper == "c" && left.withoutLost == .refit)
        #expect(left.derivedFrom == Derivation(job: job.hash.hex, without: ["b"]) && left.hash != job.hash)
        var same = left
        (same.parties, same.derivedFrom) = (job.parties, nil)
        #expect(same == job)
        // The helper's place goes to whoever stands after it, past the end to the first passive party.
        #expect(try job.without("c").helper == "d")
        #expect(try Job(yaml: Self.yaml(helper: "d")).without("d").helper == "b")
        let pair = try left.without("d")
        #expect(try pair == job.without("d").without("b"))
        #expect(pair.kind == .pair && pair.helper == nil && pair.withoutLost == .stop && pair.trust == nil)
        #expect(pair.derivedFrom?.names == "b and d" && pair.network.listener == "a")
        for one in [left, pair, try job.without("c")] {
            #expect(try Job(canonical: one.canonical) == one)
            let text = try #require(DerivedJobText(one)?.text)
            #expect(try Job(yaml: text) == one, "\(text)")
            try one.checkDerivation(from: job)
        }
        // What one between says of the first is its own word.
        #expect(error { try pair.checkDerivation(from: left) }?.name == "derivedFromOther")
        #expect(DerivedJobText(job) == nil)
    }

    @Test("Explanations say whose columns are left out, and that it is another question")
    func explains() throws {
        let job = try Job(yaml: Self.yaml())
        let left = try job.without("c")
        let pair = try left.without("d")
        let pages = [
            SeveralExplanation(left)?.text, Explanation(pair).text, PartyBrief(pair, for: "b")?.text,
            SeveralBrief(left, for: "b")?.text,
        ].compactMap { $0?.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        #expect(pages.count == 4)
        #expect(SeveralBrief(job, for: "c")?.loss.first?.contains("Nobody checks that it is lost") == true)
        for page in pages {
            #expect(page.contains("This is job \(job.hash.hex) again without c"), "\(page)")
            #expect(page.contains("coefficients answer another question"), "\(page)")
            #expect(page.contains("are debited once more"), "\(page)")
        }
        #expect(pages[1].contains("without c and d"))
    }

    @Test("What has no job left is refused by name")
    func refuses() throws {
        let job = try Job(yaml: Self.yaml())
        let plain = try Job(yaml: Self.yaml("").replacing("moiety: 13", with: "moiety: 12"))
        #expect(error { _ = try plain.without("b") } == .notAllowed(parties: ["a", "b", "c", "d"]))
        #expect(error { _ = try Job(yaml: Fixtures.trial).without("lab") }?.name == "refitNotAllowed")
        #expect(error { _ = try job.without("e") } == .unknownParty("e", parties: ["a", "b", "c", "d"]))
        #expect(error { _ = try job.without("a") } == .activeParty("a"))
        let left = try job.without("b")
        #expect(error { _ = try left.without("b") } == .leftOutAlready("b", without: ["b"]))
        let pair = try left.without("c")
        #expect(error { _ = try pair.without("d") } == .nobodyLeft(party: "d"))
        // Two parties that are not what the rule leaves have no job.
        var broken = job
        broken.parties[1].features = []
        #expect(error { _ = try broken.without("d") }?.name == "notAJobWithout")
    }

    @Test("A job that claims to be what is left of another one, and is not")
    func claims() throws {
        let job = try Job(yaml: Self.yaml())
        let left = try job.without("b")
        for (field, change) in [
            ("model", { $0.model.maximumPasses += 1 }), ("helper", { $0.helper = "d" }),
            ("parties", { $0.parties[1].features.removeLast() }), ("limits", { $0.limits.minimumCell -= 1 }),
            ("loosen", { $0.loosened = [] }), ("reveal", { $0.reveal.append(.scores) }),
            ("withoutLost", { $0.withoutLost = .stop }), ("title", { $0.title += "!" }),
        ] as [(String, (inout Job) -> Void)] {
            var other = left
            change(&other)
            #expect(
                error { try other.checkDerivation(from: job) }
                    == .differs(job: job.hash.hex, without: "b", fields: [field]))
        }
        #expect(error { try job.checkDerivation(from: job) } == .notDerived)
        let other = try Job(yaml: Self.yaml(more: "holdout: hash"))
        #expect(error { try left.checkDerivation(from: other) }?.name == "derivedFromOther")
        // Of a job that is left itself, what it leaves out is left out too.
        #expect(error { try left.checkDerivation(from: job.without("c")) }?.name == "derivedFromOther")
        // A party of a job that does not allow it.
        var forged = left
        let plain = try Job(yaml: Self.yaml("").replacing("moiety: 13", with: "moiety: 12"))
        forged.derivedFrom = Derivation(job: plain.hash.hex, without: ["b"])
        #expect(error { try forged.checkDerivation(from: plain) }?.name == "refitNotAllowed")
    }

    private struct Vectors: Decodable {
        struct Made: Decodable {
            struct Left: Decodable {
                let lost: [String]
                let parties: [String]
                let helper: String?
                let canonical: String
                let sha256: String
            }

            let name: String
            let yaml: String
            let canonical: String
            let sha256: String
            let left: [Left]
        }

        let format: UInt16
        let jobs: [Made]
    }

    @Test("An independent program derives the same bytes")
    func vectors() throws {
        let file = Protocols.folder.appending(path: "vectors/refit.json")
        let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
        #expect(vectors.format == Job.refitFormatVersion && vectors.jobs.count == 4)
        for vector in vectors.jobs {
            let job = try Job(yaml: vector.yaml)
            #expect(Hex.encode(job.canonical) == vector.canonical && job.hash.hex == vector.sha256, "\(vector.name)")
            for made in vector.left {
                var left = job
                for party in made.lost { left = try left.without(party) }
                #expect(left.parties.map(\.name) == made.parties && left.helper == made.helper, "\(made.lost)")
                #expect(Hex.encode(left.canonical) == made.canonical, "\(vector.name): \(made.lost)")
                #expect(left.hash.hex == made.sha256, "\(vector.name): \(made.lost)")
                #expect(try Job(canonical: try #require(Hex.decode(made.canonical))) == left)
            }
        }
    }
}
