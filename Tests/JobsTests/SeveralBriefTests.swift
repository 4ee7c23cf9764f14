import Foundation
import Jobs
import TestSupport
import Testing

/// One screen for each party of a fit of several.
@Suite struct SeveralBriefTests {
    private static func example() throws -> Job {
        try Job(yaml: String(contentsOfFile: Repository.example("three/job.yaml"), encoding: .utf8))
    }

    /// The same with a table of the rows.
    private static func described() throws -> Job {
        try Job(
            yaml: String(contentsOfFile: Repository.example("three/job.yaml"), encoding: .utf8)
                .replacing("label: cens", with: "label: cens\n    group: gender")
                .replacing("metrics]", with: "metrics, description]"))
    }

    @Test(arguments: [false, true]) func fitsOneScreen(_ isDescribed: Bool) throws {
        let job = try isDescribed ? Self.described() : Self.example()
        for party in job.parties {
            let text = try #require(SeveralBrief(job, for: party.name)).text
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 70, "\(lines.count) lines:\n\(text)")
            // With a table more is said, and of the points to look at twice the last one may be counted alone.
            #expect(text.contains("guard-budget is loosened"))
            #expect(!text.contains("more points") || isDescribed && text.contains("and 1 more points"), "\(text)")
            #expect(lines.allSatisfy { $0.count <= 100 }, "\(text)")
            for heading in ["I send", "All learn", "I learn", "Whom this trusts", "Look twice"] {
                #expect(text.contains(heading))
            }
            #expect(text.contains("hospital and lab do not put together"))
        }
        #expect(SeveralBrief(job, for: "nobody") == nil)
        let aligned = try Job(
            yaml: "moiety: 12\ntitle: T\nparties:\n  - {name: a, role: active, identifier: id}\n"
                + "  - {name: b, identifier: id}\n  - {name: c, identifier: id}\n")
        #expect(SeveralBrief(aligned, for: "b") == nil)
    }

    /// What is said of two parties is not said of three where it is not so.
    @Test func choicesAreSaidOfAllParties() throws {
        func warnings(lab: String, registry: String) throws -> [String] {
            let job = try Job(
                yaml: """
                    moiety: 12
                    title: T
                    parties:
                      - {name: hospital, role: active, table: t, identifier: id, label: y, features: [age]}
                      - {name: lab, table: t, identifier: id, features: [\(lab)]}
                      - {name: registry, table: t, identifier: id, features: [\(registry)]}
                    model: {family: logistic}
                    helper: lab
                    """)
            return try #require(SeveralBrief(job, for: "hospital")).warnings.filter { $0.contains("one column") }
        }
        #expect(try warnings(lab: "a, b", registry: "c, d") == [])
        #expect(
            try warnings(lab: "a, b", registry: "c").first?.hasPrefix(
                "registry has one column: hospital with all other parties") == true)
        #expect(try warnings(lab: "a", registry: "c").first?.hasPrefix("lab, registry have one column") == true)
    }

    /// Nothing of the table's rows about this party is left out, and nothing about others is said as its own.
    @Test func eachPartyIsToldItsOwn() throws {
        let job = try Self.example()
        let rows = LeakageTable(job: job).rows.filter { [.alignment, .setup, .training, .end].contains($0.phase) }
        let symbols: [String: Set<String>] = [
            "hospital": ["hospital", "each of hospital and lab"],
            "lab": ["lab", "each of hospital and lab", "each other party"],
            "registry": ["each other party", "each further party"],
        ]
        #expect(Set(rows.map(\.party)) == symbols.values.reduce(["each party"]) { $0.union($1) })
        for (name, own) in symbols {
            let brief = try #require(SeveralBrief(job, for: name))
            let alone = rows.filter { own.contains($0.party) }
            #expect(brief.sends.suffix(from: 2) == alone.filter { $0.phase != .alignment }.flatMap(\.sends)[...])
            #expect(brief.learns == alone.flatMap(\.learns))
        }
    }
}
