import Foundation
import Jobs
import Testing

/// One screen for whoever approves: I send, I learn, they learn, look twice.
@Suite struct PartyBriefTests {
    private static let jobs: [String] = [
        Fixtures.trial, Fixtures.full, Fixtures.wide(), Fixtures.trial("logistic", "linear"),
        Fixtures.trial("[cd40, cd80]", "[cd40]"),
        Fixtures.wide(
            "reveal: [scores, metrics]\nholdout: hash\nkeys: {bits: 2048}\nloosen: [budget, leverage]"),
        Fixtures.trial("CD4 and CD8 counts beside the clinic's columns", String(repeating: "word ", count: 38)),
    ]

    @Test(arguments: jobs)
    func fitsOneScreen(_ yaml: String) throws {
        let job = try Job(yaml: yaml)
        for party in job.parties {
            let text = try #require(PartyBrief(job, for: party.name)).text
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 60, "\(lines.count) lines:\n\(text)")
            #expect(lines.allSatisfy { $0.count <= 100 }, "\(text)")
            for heading in ["I send", "Both learn", "I learn", "They learn", "Look twice"] {
                #expect(text.contains(heading))
            }
            // No letter that only a page of formulas explains.
            for letter in [" R ", " r ", " C ", " H_A", "beta_B", " S,", "mu(", "m_A"] {
                #expect(!text.contains(letter), "\(letter): \(text)")
            }
        }
        #expect(PartyBrief(job, for: "nobody") == nil)
    }

    private func brief(_ yaml: String, _ party: String, rows: Int? = nil) throws -> PartyBrief {
        try #require(PartyBrief(try Job(yaml: yaml), for: party, rows: rows))
    }

    /// What one learns is what the other is told that it learns.
    @Test func bothSidesSayTheSame() throws {
        for yaml in Self.jobs {
            let names = try Job(yaml: yaml).parties.map(\.name)
            let (one, other) = (try brief(yaml, names[0]), try brief(yaml, names[1]))
            #expect(one.learns == other.peerLearns && one.peerLearns == other.learns)
            #expect(one.bothLearn == other.bothLearn)
        }
    }

    @Test func whatDoesNotApplyIsNotShown() throws {
        let plain = try brief(Fixtures.trial, "lab")
        #expect(!plain.text.contains("score"))
        #expect(!plain.text.contains("held out,"))
        let open = try brief(Fixtures.full, "clinic-2")
        #expect(open.sends.contains("its partial score of every row held out, in clear"))
        #expect(open.peerLearns.contains { $0.contains("partial score of every fitted row") })
        #expect(!open.learns.contains { $0.contains("partial score") })
    }

    /// Bits are said once the rows are known.
    @Test func bitsFollowTheRows() throws {
        #expect(!(try brief(Fixtures.trial, "lab").text.contains("bits through windows")))
        #expect(try brief(Fixtures.trial, "lab", rows: 780).text.contains("bits through windows"))
    }
}
