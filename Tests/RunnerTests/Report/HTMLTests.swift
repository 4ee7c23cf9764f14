import Foundation
import Testing

@testable import Runner

/// What strangers name their columns must stay text.
@Suite("Markup of reports") struct HTMLTests {
    @Test(
        "No text becomes markup",
        arguments: [
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</title></style><b>",
            "a & b &amp; c", "'x'",
            "]]>", "<!-- -->", "&#60;", "\u{0}\u{8}\u{1B}[2J", "a\u{202E}b\u{2066}c\u{200B}", "\u{FFFE}\u{FFFF}",
        ])
    func escaping(_ text: String) throws {
        let page = HTML.page(
            head: [.element("title", [], [.text(text)])],
            body: [
                .element("p", [.init("class", text), .init("title", text)], [.text(text), .code(text), .prose(text)])
            ])
        let read = PageReading(page)
        #expect(read.error == nil, "\(read.error ?? "")")
        #expect(read.elements.keys.sorted() == ["body", "code", "head", "html", "p", "title"], "\(page)")
        let isPlain = text.unicodeScalars.allSatisfy { HTML.escaped(String($0)) != "\u{FFFD}" }
        #expect(isPlain ? read.text.contains(text) : read.text.contains("\u{FFFD}"))
        for hidden in ["\u{1B}", "\u{202E}", "\u{2066}", "\u{0}"] { #expect(!page.contains(hidden)) }
    }

    @Test("Names between backticks are code, and a lone backtick is itself")
    func prose() {
        #expect(HTML.prose("see `a<b` there").source == "see <code>a&lt;b</code> there")
        #expect(HTML.prose("one ` alone").source == "one ` alone")
    }

    @Test("A table says what its headings are of; an empty one is nothing")
    func tables() {
        var table = HTMLTable(id: "t", caption: "Numbers", ["term", "n"], sides: [.left, .right])
        #expect(table.html.source.isEmpty)
        table.add(["a", "1"])
        let source = table.html.source
        #expect(
            source.contains("<th scope=\"row\">a</th>")
                && source.contains(
                    "<th scope=\"col\" "
                        + "class=\"number\">n</th>")
        )
        #expect(PageReading(HTML.page(head: [], body: [table.html])).complaints.isEmpty)
    }

    /// WCAG 2.2: relative luminance and contrast.
    private func contrast(_ one: String, _ other: String) -> Double {
        func luminance(_ colour: String) -> Double {
            let value = Int(colour.dropFirst(), radix: 16) ?? 0
            let parts = [value >> 16, value >> 8 & 0xFF, value & 0xFF].map { part in
                let share = Double(part) / 255
                return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        let (a, b) = (luminance(one), luminance(other))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    @Test("Text and figures can be told from what they stand on, by day and by night")
    func colours() throws {
        for palette in [Palette.light, Palette.dark] {
            #expect(palette.values.count == Palette.Colour.allCases.count)
            for (text, on) in Palette.texts {
                let found = contrast(try #require(palette.values[text]), try #require(palette.values[on]))
                #expect(found >= 4.5, "\(text) on \(on): \(found)")
            }
            for (stroke, on) in Palette.strokes {
                let found = contrast(try #require(palette.values[stroke]), try #require(palette.values[on]))
                #expect(found >= 3, "\(stroke) on \(on): \(found)")
            }
        }
        #expect(contrast("#000000", "#ffffff") == 21)
    }
}
