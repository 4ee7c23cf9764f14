import Jobs
import Records
import Testing

@testable import Site

@Suite struct SettingsTests {
    private func problems(_ yaml: String) -> [DocumentProblem] {
        do throws(DocumentError) {
            _ = try SiteSettings.parse(yaml)
            return []
        } catch {
            guard case .invalid(let problems) = error else { return [] }
            return problems
        }
    }

    @Test func templateReadsBack() throws {
        let text = SiteSettings.template(
            name: "lab", listen: NetworkAddress(host: "::1", port: 7443),
            tables: [("results", "a \"quoted\" \\ file.csv")])
        let settings = try SiteSettings.parse(text)
        var expected = SiteSettings(name: "lab", listen: "[::1]:7443")
        expected.tables["results"] = SiteSettings.TableSource(file: "a \"quoted\" \\ file.csv")
        #expect(settings == expected)
        #expect(try SiteSettings.parse(SiteSettings.template(name: "lab", listen: NetworkAddress("a:1"))).tables == [:])
    }

    @Test func everyFieldIsRead() throws {
        let settings = try SiteSettings.parse(
            """
            moiety: 1
            name: lab
            listen: "0.0.0.0:1"
            tables:
              short: a.csv
              long: {file: b.csv, delimiter: tab, missing: ["", "-9"]}
            timeouts: {connect: 60, message: 90}
            transcript: {payloads: full}
            """)
        #expect(settings.tables["short"] == SiteSettings.TableSource(file: "a.csv"))
        #expect(settings.tables["long"]?.delimiter == .tab)
        #expect(settings.tables["long"]?.missing == MissingTokens(["", "-9"]))
        #expect(settings.timeouts == SiteSettings.Timeouts(connect: 60, message: 90))
        #expect(settings.payloads == .full)
    }

    @Test(arguments: [
        ("moiety: 1", "moiety: 2", "moiety", 1), ("moiety: 1\n", "", "moiety", nil),
        ("name: lab", "name: Lab", "name", 2), ("listen: a:1", "listen: a", "listen", 3),
        ("listen: a:1", "listen: a:1\ntables: [a]", "tables", 4),
        ("listen: a:1", "listen: a:1\ntables: {t: {file: f, delimiter: x}}", "tables.t.delimiter", 4),
        ("listen: a:1", "listen: a:1\ntimeouts: {connect: 0}", "timeouts.connect", 4),
        // A site keeps what its jobs say, or more.
        ("listen: a:1", "listen: a:1\ntranscript: {payloads: hashes}", "transcript.payloads", 4),
        ("listen: a:1", "listen: a:1\nlisten2: a:1", "listen2", 4),
    ])
    func problemsHavePathAndLine(_ old: String, _ new: String, _ path: String, _ line: Int?) {
        let good = "moiety: 1\nname: lab\nlisten: a:1\n"
        #expect(problems(good).isEmpty)
        let found = problems(good.replacing(old, with: new))
        let problem = found.first { $0.path == path }
        #expect(problem != nil, "\(found)")
        if let line { #expect(problem?.line == line, "\(found)") }
    }
}
