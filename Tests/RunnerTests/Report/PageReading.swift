import Foundation
import FoundationXML

/// A page as a strict reader sees it: well-formed or not, and what a screen reader would ask for.
final class PageReading: NSObject, XMLParserDelegate {
    private(set) var error: String?
    private(set) var text = ""
    private(set) var ids: [String] = []
    /// Ids that other elements name.
    private(set) var references: [String] = []
    /// Levels of headings, in order.
    private(set) var headings: [Int] = []
    /// Names of elements, with how often they stand.
    private(set) var elements: [String: Int] = [:]
    /// Addresses that a browser might load.
    private(set) var addresses: [String] = []
    /// What is wrong with tables and figures.
    private(set) var complaints: [String] = []
    /// Text of each section by its id.
    private(set) var sections: [String: String] = [:]
    private var open: [(name: String, attributes: [String: String], children: [String])] = []

    init(_ page: String) {
        super.init()
        let parser = XMLParser(data: Data(page.utf8))
        parser.delegate = self
        if !parser.parse() { error = parser.parserError.map { "\($0), line \(parser.lineNumber)" } ?? "unknown" }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements[name, default: 0] += 1
        if let id = attributes["id"] { ids.append(id) }
        for key in ["aria-labelledby", "aria-describedby"] {
            references += (attributes[key] ?? "").split(separator: " ").map(String.init)
        }
        for key in ["href", "src", "action", "data"] {
            guard let address = attributes[key] else { continue }
            if address.hasPrefix("#") {
                references.append(String(address.dropFirst()))
            } else {
                addresses.append(address)
            }
        }
        for key in attributes.keys where key.hasPrefix("on") { complaints.append("\(name) has \(key)") }
        if let level = Int(name.dropFirst()), name.hasPrefix("h"), name.count == 2 { headings.append(level) }
        if name == "th", attributes["scope"] == nil { complaints.append("a th without a scope") }
        if !open.isEmpty { open[open.count - 1].children.append(name) }
        open.append((name, attributes, []))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        guard !open.contains(where: { $0.name == "style" }) else { return }
        text += string
        if let section = open.last(where: { $0.name == "section" })?.attributes["id"] {
            sections[section, default: ""] += string
        }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        guard let ended = open.popLast() else { return }
        if name == "table", ended.children.first != "caption" { complaints.append("a table without a caption") }
        guard name == "svg" else { return }
        let isNamed = ended.attributes["role"] == "img" && ended.attributes["aria-labelledby"] != nil
        if !isNamed || ended.children.prefix(2) != ["title", "desc"] { complaints.append("a figure without words") }
    }
}
