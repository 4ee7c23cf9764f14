import Jobs
import TestSupport
import Testing

/// Texts that a stranger might send as a job.
@Suite struct HostileYAMLTests {
    @Test func aKeyTwiceIsNamedWithItsLine() {
        #expect(
            refusal("moiety: 8\ntitle: a\nmodel: {family: linear}\ntitle: b\n")
                == .malformed(line: 2, message: "the key 'title' is written twice"))
    }

    private func refusal(_ text: String) -> DocumentError? {
        do {
            _ = try Job(yaml: text)
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        "a: &a [x]\nb: *a", "title: &t hello", "title: *t", "title: !!str hello", "title: [&a b]", "? *x : 1",
        "{a: &b c}", "{\"a\":&b c, \"d\":*b}", "\u{FEFF}&a b: c", "a:\u{2028}&b c", "&a b: c", "- !ruby/object x",
    ])
    func anchorsAliasesAndTagsAreRefused(_ text: String) {
        guard case .malformed(_, let message)? = refusal(text) else {
            Issue.record("accepted or refused otherwise: \(text)")
            return
        }
        #expect(message.contains("anchors"))
    }

    @Test func ampersandsAndStarsInTextAreFine() throws {
        let text = Fixtures.trial("title: CD4 and CD8", "title: R&D & 3 * 4! CD4 and CD8")
        #expect(try Job(yaml: text).title.hasPrefix("R&D & 3 * 4!"))
    }

    /// Nine levels of nine aliases would be 9^9 nodes; used as a key, the parser itself would expand them.
    @Test func aliasBombIsRefusedAtOnce() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
        for level in 1...9 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",") + "]\n"
        }
        text += "? *a9\n: 1\n"
        #expect(refusal(text) != nil)
    }

    @Test(arguments: [
        String(repeating: "[", count: 900) + String(repeating: "]", count: 900),
        String(repeating: "- ", count: 900) + "x", "a: {b: {c: {d: {e: {f: {g: {h: {i: {j: 1}}}}}}}}}",
        String(repeating: "{a: ", count: 5000), String(repeating: "? ", count: 2000),
    ])
    func deepNestingIsRefused(_ text: String) {
        guard case .malformed? = refusal(text) else {
            Issue.record("accepted or refused otherwise")
            return
        }
    }

    @Test func largeTextIsRefusedUnread() {
        let text = "title: " + String(repeating: "x", count: 300_000)
        #expect(refusal(text) == .tooLarge(bytes: 300_007, limit: 262_144))
    }

    @Test(arguments: [
        "", "\u{0}", "a: 1\na: 2", "a: [1", "---\na: 1\n---\nb: 2", "[a]: 1", "a: \"\\uD800\"", "%FOO\n---\n",
    ])
    func malformedTextIsRefused(_ text: String) { #expect(refusal(text) != nil) }

    @Test(arguments: [
        "moiety: 8", "[]", "just text", "- a\n- b", "moiety:", "parties: {a: 1}", "parties: [1, [2], null]",
    ])
    func otherDocumentsAreRefused(_ text: String) {
        guard case .invalid(let problems)? = refusal(text) else {
            Issue.record("accepted or refused otherwise: \(text)")
            return
        }
        #expect(!problems.isEmpty)
    }

    @Test(arguments: ["\u{202E}abc", "a\u{200B}b", "a\u{7}b", "a\u{2028}b"])
    func charactersThatHideAreRefused(_ column: String) {
        let text = Fixtures.trial("label: cens", "label: \"\(column)\"")
        #expect(refusal(text) != nil)
    }

    @Test(arguments: ["see /srv/data/x.csv", "from ~/x", "at https://example.org/x", "C:\\data\\x", "up ../x"])
    func pathsInProseAreRefused(_ purpose: String) {
        #expect(refusal(Fixtures.trial + "\npurpose: '\(purpose)'") != nil)
    }

    /// Any single byte changed, dropped or doubled: an error or another valid job, never a crash.
    @Test func survivesMutations() {
        let bytes = Array(Fixtures.full.utf8)
        var generator = SplitMix(1)
        for _ in 0..<400 {
            var changed = bytes
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: changed[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: changed.remove(at: place)
            default: changed.insert(UInt8.random(in: 0x20...0x7E, using: &generator), at: place)
            }
            _ = refusal(String(decoding: changed, as: UTF8.self))
        }
    }
}
