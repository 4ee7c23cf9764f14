import Foundation

/// A piece of a page. Every text that is put in is escaped, and names of elements and attributes are literals of this program: no
/// text of a user or a peer can become markup. What comes out is HTML and at the same time well-formed XML.
package indirect enum HTML: Sendable {
    case text(String)
    case element(StaticString, [Attribute], [HTML])
    case group([HTML])
    /// Rules of this program; the one thing that stands as it is.
    case stylesheet(String)

    package struct Attribute: Sendable {
        let name: StaticString
        let value: String

        init(_ name: StaticString, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A whole page.
    ///
    /// - Parameters:
    ///   - head: what stands in `head`.
    ///   - body: what stands in `body`.
    package static func page(head: [HTML], body: [HTML]) -> String {
        let root = HTML.element(
            "html", [Attribute("xmlns", "http://www.w3.org/1999/xhtml"), Attribute("lang", "en")],
            [.element("head", [], head), .element("body", [], body)])
        return "<!DOCTYPE html>\n" + root.source
    }

    package var source: String {
        var out = ""
        write(to: &out)
        return out
    }

    private func write(to out: inout String) {
        switch self {
        case .text(let text): out += Self.escaped(text)
        case .group(let parts): for part in parts { part.write(to: &out) }
        case .stylesheet(let rules):
            // Neither HTML nor XML has an escape that both read inside `style`.
            precondition(!rules.contains("<") && !rules.contains("&"))
            out += "<style>\(rules)</style>\n"
        case .element(let name, let attributes, let parts):
            let name = name.description
            out += "<\(name)"
            for item in attributes { out += " \(item.name)=\"\(Self.escaped(item.value))\"" }
            if Self.empty.contains(name) {
                out += " />\n"
                return
            }
            out += ">"
            for part in parts { part.write(to: &out) }
            out += Self.isInline(name) ? "</\(name)>" : "</\(name)>\n"
        }
    }

    /// Elements without an end tag in HTML.
    private static let empty: Set = ["meta", "br", "hr", "col"]

    private static func isInline(_ name: String) -> Bool {
        ["a", "code", "strong", "em", "span", "abbr", "sub", "sup", "b", "tspan"].contains(name)
    }

    /// Characters of markup as references. What is no character to look at (controls, marks that turn text around) is shown as
    /// such: so nothing steers a reader's eye, and XML, which has no controls, can be read.
    static func escaped(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out.append(contentsOf: "&amp;".unicodeScalars)
            case "<": out.append(contentsOf: "&lt;".unicodeScalars)
            case ">": out.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": out.append(contentsOf: "&quot;".unicodeScalars)
            case "'": out.append(contentsOf: "&#39;".unicodeScalars)
            case "\n", "\t": out.append(scalar)
            default: out.append(isVisible(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return String(out)
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: !scalar.properties.isNoncharacterCodePoint
        }
    }
}

extension HTML: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self = .text(value) }
}

extension HTML: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: HTML...) { self = .group(elements) }
}

extension HTML {
    static func + (one: HTML, other: HTML) -> HTML { .group([one, other]) }
}
