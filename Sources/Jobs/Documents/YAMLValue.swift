import Foundation
import Records
import Yams

/// A YAML value reduced to what a job may hold: text, lists and mappings, each with its line.
///
/// Types (number, choice) are decided by the field that reads the value, not by YAML's own guessing, so that
/// `no`, `1e3` or `012` mean what the field says and nothing else.
package enum YAMLValue: Sendable {
    case scalar(String, plain: Bool, line: Int)
    case sequence([YAMLValue], line: Int)
    case mapping([(key: String, line: Int, value: YAMLValue)], line: Int)

    package var line: Int {
        switch self {
        case .scalar(_, _, let line), .sequence(_, let line), .mapping(_, let line): line
        }
    }

    /// Nothing was written after the colon.
    var isEmpty: Bool {
        if case .scalar(let text, true, _) = self { text.isEmpty || text == "~" || text == "null" } else { false }
    }

    /// What it is, for messages.
    var kind: String {
        switch self {
        case .scalar: isEmpty ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

extension YAMLValue {
    package static let largestText = 256 * 1024
    static let deepest = 8

    /// Parses one YAML document under the restrictions above.
    ///
    /// - Throws: `DocumentError.tooLarge` or `.malformed`.
    package init(parsing text: String) throws(DocumentError) {
        let bytes = text.utf8.count
        guard bytes <= Self.largestText else { throw .tooLarge(bytes: bytes, limit: Self.largestText) }
        // Before the parser: it expands aliases while it checks for duplicate keys, which a few lines can make
        // exponential (js-yaml #742).
        try Self.refuseIndicators(in: text)
        let root: Node?
        do {
            // `.basic` has no rules: every scalar stays the text that was written.
            // The parser keeps a pointer to the text, which a text short enough to live inside its value has not.
            let stored = bytes < 64 ? text + String(repeating: "\n", count: 64) : text
            root = try Parser(yaml: stored, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw .malformed(line: error.line, message: error.summary)
        } catch {
            throw .malformed(line: nil, message: "cannot be parsed")
        }
        guard let root else { throw .malformed(line: nil, message: "the document is empty") }
        self = try Self.reduced(root, depth: 0)
    }

    /// Refuses `&`, `*` and `!` before a word and after anything but a letter or digit: wherever YAML could read an
    /// anchor, an alias or a tag. Quoted text is not exempt: telling it apart would need a second parser that agrees
    /// with the first.
    private static func refuseIndicators(in text: String) throws(DocumentError) {
        var line = 1
        var inWord = false
        var sign: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if let sign, scalar.value > 0x20 {
                throw .malformed(
                    line: line,
                    message: "a word starts with '\(sign)': YAML anchors, aliases and tags are not accepted")
            }
            sign = !inWord && (scalar == "&" || scalar == "*" || scalar == "!") ? scalar : nil
            inWord = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            if scalar == "\n" { line += 1 }
        }
    }

    private static func reduced(_ node: Node, depth: Int) throws(DocumentError) -> YAMLValue {
        let line = node.mark?.line ?? 0
        guard depth <= deepest else { throw .malformed(line: line, message: "nested more than \(deepest) deep") }
        switch node {
        case .scalar(let scalar):
            guard scalar.anchor == nil else { throw .malformed(line: line, message: "anchors are not accepted") }
            return .scalar(scalar.string, plain: scalar.style == .plain, line: line)
        case .sequence(let sequence):
            guard sequence.anchor == nil else { throw .malformed(line: line, message: "anchors are not accepted") }
            var values: [YAMLValue] = []
            for element in sequence { values.append(try reduced(element, depth: depth + 1)) }
            return .sequence(values, line: line)
        case .mapping(let mapping):
            guard mapping.anchor == nil else { throw .malformed(line: line, message: "anchors are not accepted") }
            var pairs: [(key: String, line: Int, value: YAMLValue)] = []
            var seen: Set<String> = []
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    throw .malformed(line: line, message: "a key must be a single word")
                }
                let place = key.mark?.line ?? line
                guard seen.insert(name.string).inserted else {
                    throw .malformed(line: place, message: "the key '\(name.string)' is written twice")
                }
                pairs.append((name.string, place, try reduced(value, depth: depth + 1)))
            }
            return .mapping(pairs, line: line)
        case .alias:
            throw .malformed(line: line, message: "aliases are not accepted")
        }
    }

    /// Line of every path in the document, for problems that are found after reading.
    package func lines(path: String = "") -> [String: Int] {
        var found = [path: line]
        switch self {
        case .scalar: break
        case .sequence(let values, _):
            for (index, value) in values.enumerated() {
                found.merge(value.lines(path: "\(path)[\(index)]")) { first, _ in first }
            }
        case .mapping(let pairs, _):
            for pair in pairs {
                let inner = path.isEmpty ? pair.key : "\(path).\(pair.key)"
                found.merge(pair.value.lines(path: inner)) { first, _ in first }
                found[inner] = pair.line
            }
        }
        return found
    }
}

extension YamlError {
    /// Line of the problem, from 1.
    fileprivate var line: Int? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: nil
        }
    }

    /// The problem without the text around it.
    fileprivate var summary: String {
        switch self {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
        case .reader(let problem, _, _, _): problem
        case .duplicatedKeysInMapping(let duplicates, _):
            "the key '\(duplicates.first ?? "")' is written twice"
        default: "cannot be parsed"
        }
    }
}
