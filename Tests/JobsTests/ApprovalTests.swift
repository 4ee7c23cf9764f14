import Jobs
import Testing

@Suite struct ApprovalTests {
    private let hash = String(repeating: "0f", count: 32)

    private func approval(
        job: String? = nil, site: String = "lab", person: String = "J. Doe", time: String = "2026-11-21T08:00:00Z",
        meaning: String = Approval.standardMeaning
    ) throws -> Approval {
        try Approval(job: job ?? hash, site: site, person: person, time: time, meaning: meaning)
    }

    @Test func textRoundTrips() throws {
        let approval = try approval(person: "Zo\u{EB} van Dam")
        #expect(
            approval.text == """
                moiety/approval/v1
                job \(hash)
                site lab
                person Zo\u{EB} van Dam
                time 2026-11-21T08:00:00Z
                meaning approved to run at this site

                """)
        #expect(try Approval(text: approval.text) == approval)
    }

    /// What is wrong with the name is said: a control character, a mark that nobody sees, bytes that were no UTF-8.
    @Test(arguments: [
        ("J.\u{1B}[2J Doe", "control character"), ("J. \u{202E}Doe", "control character"),
        ("J. \u{FFFD} Doe", "not UTF-8"),
    ])
    func namesThatAreNotWhatTheyLook(_ person: String, _ reason: String) throws {
        let error = #expect(throws: DocumentError.self) { try approval(person: person) }
        #expect(
            "\(error.map { "\($0)" } ?? "")".contains("person: ") && "\(error.map { "\($0)" } ?? "")".contains(reason))
    }

    @Test func badFieldsAreRefused() {
        #expect(throws: DocumentError.self) { try approval(job: "0F" + hash.dropFirst(2)) }
        #expect(throws: DocumentError.self) { try approval(job: "00") }
        #expect(throws: DocumentError.self) { try approval(site: "The Lab") }
        #expect(throws: DocumentError.self) { try approval(person: "") }
        #expect(throws: DocumentError.self) { try approval(person: "J\nmeaning x") }
        #expect(throws: DocumentError.self) { try approval(meaning: String(repeating: "x", count: 201)) }
        #expect(throws: DocumentError.self) { try approval(time: "2026-11-21 08:00:00") }
        #expect(throws: DocumentError.self) { try approval(time: "2026-13-21T08:00:00Z") }
    }

    @Test func onlyTheOneTextIsRead() throws {
        let text = try approval().text
        for other in [
            "", text + "\n", text.replacing("site", with: "sight"), String(text.dropLast()),
            text.replacing("v1", with: "v2"), text.replacing("person ", with: "person  "), text + "more x\n",
        ] {
            #expect(throws: DocumentError.self) { try Approval(text: other) }
        }
    }
}
