import Records
import Testing

@testable import Jobs

/// Jobs of three to eight parties: format 10 (`protocols/job.md` 8).
@Suite("Jobs of several parties") struct SeveralJobTests {
    private static func yaml(
        _ parties: [String] = [
            "{name: b, role: passive, identifier: id}", "{name: a, role: active, identifier: id}",
            "{name: c, identifier: id}",
        ],
        more: String = ""
    ) -> String {
        "moiety: 10\ntitle: T\nparties:\n" + parties.map { "  - \($0)\n" }.joined() + more
    }

    private static func problems(_ text: String) -> [String] {
        do {
            _ = try Job(yaml: text)
            return []
        } catch .invalid(let problems) {
            return problems.map { "\($0.path): \($0.message)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test("The active party stands first, the others as they stand; bytes read back are the same job")
    func readsAndWrites() throws {
        let job = try Job(yaml: Self.yaml())
        #expect(job.kind == .several && job.parties.map(\.name) == ["a", "b", "c"])
        #expect(
            job.parties.map(\.role) == [.active, .passive, .passive]
                && job.parties.map(\.table) == ["a", "b", "c"])
        #expect(job.limits.minimumCohort == 50 && job.keys.bits == 3072)
        #expect(try Job(canonical: job.canonical) == job)
        let other = try Job(
            yaml: Self.yaml(
                [
                    "{name: a, role: active, identifier: id}", "{name: c, identifier: id}",
                    "{name: b, identifier: id}",
                ]))
        #expect(other.hash != job.hash)
        #expect(
            job.sessionRole(of: "a", with: "c") == "active"
                && job.sessionRole(of: "c", with: "a") == "passive")
        #expect(
            job.sessionRole(of: "b", with: "c") == "first"
                && job.sessionRole(of: "c", with: "b") == "second")
        #expect(
            try Job(yaml: JobTemplate.severalText(parties: ["x", "y", "z", "w"])).parties.count == 4)
    }

    @Test(
        "Too few and too many parties, two that are active, other normalisers, fields of other jobs")
    func refuses() {
        let party = { (name: String) in "{name: \(name), identifier: id}" }
        let active = "{name: a, role: active, identifier: id}"
        #expect(
            Self.problems(Self.yaml([active, party("b")])).contains {
                $0.hasPrefix("parties: has 2 entries")
            })
        let nine = [active] + "bcdefghi".map { party(String($0)) }
        #expect(Self.problems(Self.yaml(nine)).contains { $0.hasPrefix("parties: has 9 entries") })
        #expect(Self.problems(Self.yaml(Array(nine.prefix(8)))).isEmpty)
        #expect(Self.problems(Self.yaml(nine.suffix(8))).contains { $0.contains("0 are active") })
        #expect(
            Self.problems(Self.yaml([active, party("b"), party("b")])).contains {
                $0.contains("'b' is taken")
            })
        let digits = "{name: c, identifier: {columns: [id], normaliser: digits}}"
        #expect(
            Self.problems(Self.yaml([active, party("b"), digits])).contains {
                $0.hasPrefix("parties[2].identifier")
            })
        #expect(
            Self.problems(Self.yaml([active, party("b"), "{name: c}"])).contains {
                $0.hasPrefix("parties[2].identifier")
            })
        for field in [
            "model: {family: linear}", "reveal: [scores]", "alignment: {protocol: ecdh-p256}",
            "coalition: 1",
        ] {
            #expect(!Self.problems(Self.yaml(more: field)).isEmpty, "\(field)")
        }
        #expect(
            Self.problems(Self.yaml(more: "split: rows")).contains {
                $0.hasPrefix("split") || $0.hasPrefix("columns")
            })
        #expect(
            Self.problems(Self.yaml(more: "keys: {bits: 1024}")).contains { $0.hasPrefix("keys.bits") })
        #expect(
            Self.problems(Self.yaml(more: "limits: {minimumCohort: 90, maximumSetSize: 80}")).contains {
                $0.hasPrefix("limits.maximumSetSize")
            })
        // Three parties and a model: the hint names what there is.
        let model = Self.yaml().replacing("moiety: 10", with: "moiety: 8") + "model: {family: linear}\n"
        #expect(Self.problems(model).contains { $0.hasPrefix("parties: has 3 entries") })
    }

    @Test("Encodings that no file has: two parties, another order, a truncated one")
    func encodings() throws {
        let job = try Job(yaml: Self.yaml())
        for bytes in [Array(job.canonical.dropLast()), job.canonical + [0]] {
            #expect(throws: DocumentError.self) { try Job(canonical: bytes) }
        }
        var other = job
        other.parties.swapAt(0, 1)
        #expect(throws: DocumentError.self) { try Job(canonical: other.canonical) }
        other.parties.removeLast()
        #expect(throws: DocumentError.self) { try Job(canonical: other.canonical) }
    }

    @Test("A policy is asked for set sizes, cohort, keys and every peer")
    func policy() throws {
        var policy = Policy.standard
        let job = try Job(yaml: Self.yaml(more: "keys: {bits: 2048}\nlimits: {minimumCohort: 20}\n"))
        #expect(policy.refusals(of: job, as: "b").map(\.rule) == ["policy.minimumCohort"])
        policy.minimumCohort = 20
        #expect(policy.refusals(of: job, as: "b").isEmpty)
        policy.minimumKeyBits = 3072
        policy.maximumSetSize = 10
        policy.peers = ["a"]
        #expect(
            policy.refusals(of: job, as: "b").map(\.rule) == [
                "policy.maximumSetSize", "policy.minimumKeyBits", "policy.peers",
            ])
        #expect(policy.refusals(of: job, as: "z").map(\.rule) == ["policy.party"])
    }

    @Test("The explanation names who learns what, and who may put together what")
    func explained() throws {
        let job = try Job(yaml: Self.yaml())
        let explanation = try #require(SeveralExplanation(job))
        #expect(explanation.parties.map(\.name) == ["a", "b", "c"])
        #expect(explanation.text.contains("a together with some of the others"))
        #expect(LeakageTable(job: job).rows == explanation.leakage)
        #expect(SeveralExplanation(try Job(yaml: JobTemplate.rowsText())) == nil)
    }
}
