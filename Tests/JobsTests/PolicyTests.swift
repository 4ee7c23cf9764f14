import Jobs
import Testing

@Suite struct PolicyTests {
    private func rules(_ policy: String, _ job: String = Fixtures.trial, as name: String = "lab") throws -> [String] {
        try Policy(yaml: "policy: 1\n" + policy).refusals(of: Job(yaml: job), as: name).map(\.rule)
    }

    @Test func templateIsTheStandardPolicy() throws {
        #expect(try Policy(yaml: Policy.template) == .standard)
        #expect(try Policy(yaml: "policy: 1") == .standard)
    }

    @Test func standardAcceptsTheTrial() throws {
        let job = try Job(yaml: Fixtures.trial)
        try Policy.standard.check(job, as: "lab")
        try Policy.standard.check(job, as: "hospital")
    }

    @Test(arguments: [
        ("minimumCohort: 51", "policy.minimumCohort"), ("minimumCell: 12", "policy.minimumCell"),
        ("parametersPerRow: 0.2", "policy.parametersPerRow"), ("maximumSetSize: 999999", "policy.maximumSetSize"),
        ("minimumPassiveColumns: 4", "policy.minimumPassiveColumns"), ("minimumKeyBits: 4096", "policy.minimumKeyBits"),
        ("peers: [clinic]", "policy.peers"), ("peers: []", "policy.peers"), ("features: [cd40]", "policy.features"),
        ("reveal: [metrics]", "policy.reveal"),
    ])
    func refusesByRule(_ policy: String, _ rule: String) throws { #expect(try rules(policy) == [rule]) }

    /// By a match the other side sees that somebody has these values together.
    @Test func severalColumnsIdentifyOnlyWhereTheyAreListed() throws {
        let one = Fixtures.trial
        let two = one.replacing("identifier: USUBJID", with: "identifier: {columns: [USUBJID, site]}")
        #expect(two != one)
        for name in ["hospital", "lab"] {
            #expect(try rules("", two, as: name) == ["policy.identifiers"])
            #expect(try rules("identifiers: [site, USUBJID]", two, as: name) == [])
            #expect(try rules("identifiers: [USUBJID]", two, as: name) == ["policy.identifiers"])
            #expect(try rules("identifiers: any", one, as: name) == [])
            #expect(try rules("identifiers: [site]", one, as: name) == ["policy.identifiers"])
            #expect(try rules("identifiers: []", one, as: name) == ["policy.identifiers"])
        }
        let job = try Job(yaml: two)
        let brief = try #require(PartyBrief(job, for: "lab"))
        #expect(brief.summary.contains("my people are found by 'USUBJID' and 'site'"))
        #expect(brief.warnings.contains { $0.hasPrefix("lab finds people by USUBJID, site together") })
    }

    /// A list of which the last entry was taken out allows nothing that was not said.
    @Test(arguments: ["peers:", "features:", "labels: ~", "reveal: null", "minimumCohort:", "modelsPerRow:"])
    func fieldsWithoutAValue(_ line: String) throws {
        let error = #expect(throws: DocumentError.self) { try Policy(yaml: "policy: 1\n\(line)\n#  - lab\n") }
        #expect("\(error.map { "\($0)" } ?? "")".contains("has no value"))
    }

    @Test func looseningNeedsConsent() throws {
        let job = Fixtures.wide("loosen: [budget, leverage]")
        #expect(try rules("", job) == ["policy.loosen", "policy.loosen"])
        #expect(try rules("loosen: [leverage, budget]", job) == [])
    }

    @Test func halfNoncesMayBeDemanded() throws {
        for job in [Fixtures.trial, Fixtures.wide("keys: {nonces: short}")] {
            #expect(try rules("minimumNonces: half", job) == ["policy.minimumNonces"])
            #expect(try rules("minimumNonces: short", job) == [])
        }
        #expect(try rules("minimumNonces: half", Fixtures.wide("keys: {nonces: half}")) == [])
        #expect(try rules("", Fixtures.wide("keys: {nonces: half}")) == [])
        let refusal = try Policy(yaml: "policy: 1\nminimumNonces: half")
            .refusals(of: Job(yaml: Fixtures.trial), as: "lab").first
        #expect(
            refusal.map { "\($0)" }
                == "policy.minimumNonces: the job's nonces are short, this site demands half (set keys.nonces to half)")
    }

    @Test func columnRulesAreAboutOwnColumns() throws {
        #expect(try rules("labels: [days]", as: "hospital") == ["policy.labels"])
        #expect(try rules("labels: [days]", as: "lab") == [])
        #expect(try rules("features: [cd40, cd80]", as: "lab") == [])
    }

    @Test("A column that a job groups by must be allowed as its features are")
    func groupsAreAskedFor() throws {
        let own = "features: [age, wtkg, hemo, homo, drugs, karnof, race, gender, symptom]"
        #expect(try rules(own, as: "hospital") == [])
        #expect(try rules(own, Fixtures.described, as: "hospital") == ["policy.features"])
        #expect(try rules(own.replacing("age", with: "arm, age"), Fixtures.described, as: "hospital") == [])
        #expect(try rules("reveal: [metrics]", Fixtures.described, as: "lab") == ["policy.reveal"])
    }

    /// `all` is no word of this form: as a list of one name it would refuse everybody, in silence.
    @Test(arguments: ["peers: all", "features: All", "labels: everything"])
    func wordsThatAreNoList(_ line: String) throws {
        let error = #expect(throws: DocumentError.self) { try Policy(yaml: "policy: 1\n\(line)") }
        #expect("\(error.map { "\($0)" } ?? "")".contains("write `any`"))
        #expect(try Policy(yaml: "policy: 1\npeers: [all]").peers == ["all"])
    }

    @Test func strangersAreNoParty() throws { #expect(try rules("", as: "registry") == ["policy.party"]) }

    @Test func refusalNamesRuleFiguresAndRemedy() throws {
        let policy = try Policy(yaml: "policy: 1\nminimumCohort: 200")
        let job = try Job(yaml: Fixtures.trial)
        let refusal = #expect(throws: PolicyRefusal.self) { try policy.check(job, as: "lab") }
        #expect(
            refusal.map { "\($0)" }
                == "policy.minimumCohort: the job's limit is 50, this site demands at least 200 "
                + "(set limits.minimumCohort to 200 or more)")
    }

    @Test(arguments: [
        "minimumCohort: 0", "minimumKeyBits: 1024", "peer: [x]", "loosen: [scores]", "bitsPerRow: 1", "reveal: [all]",
        "minimumNonces: full", "subgroupKeys: false", "roundCountsTo: 0", "countsPerPeer: -1",
    ])
    func refusesBadPolicies(_ text: String) {
        #expect(throws: DocumentError.self) { try Policy(yaml: "policy: 1\n" + text) }
    }

    @Test func versionIsDemanded() { #expect(throws: DocumentError.self) { try Policy(yaml: "minimumCohort: 60") } }

    @Test(arguments: [(0, 0), (2, 0), (3, 5), (7, 5), (8, 10), (1728, 1730)])
    func roundsCounts(_ count: Int, _ rounded: Int) { #expect(Policy.standard.rounded(count) == rounded) }
}
