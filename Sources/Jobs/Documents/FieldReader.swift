import Foundation

/// Collects problems while a document is read, so that one run shows all of them.
package final class ProblemCollector {
    package private(set) var problems: [DocumentProblem] = []
    private let lines: [String: Int]

    package init(lines: [String: Int]) { self.lines = lines }

    /// Adds a problem; its line is the path's own or that of the nearest thing around it that was written.
    package func add(_ path: String, _ message: String, hint: String? = nil) {
        problems.append(DocumentProblem(path: path, line: line(of: path), message: message, hint: hint))
    }

    private func line(of path: String) -> Int? {
        var path = path
        while true {
            if let line = lines[path], line > 0 { return line }
            guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return lines[""] }
            path = String(path[..<cut])
        }
    }
}

/// Reads the fields of one mapping. Every method that finds something wrong notes it and returns a stand-in, so
/// that reading goes on; whoever started the reading looks at the collector before using the result.
package struct FieldReader {
    package let path: String
    package let problems: ProblemCollector
    private let fields: [String: YAMLValue]

    /// - Parameter allowed: the keys that this mapping may have; any other is a problem with the nearest as hint.
    package init(_ value: YAMLValue, path: String, allowed: [String], problems: ProblemCollector) {
        self.path = path
        self.problems = problems
        var fields: [String: YAMLValue] = [:]
        if case .mapping(let pairs, _) = value {
            for pair in pairs {
                guard allowed.contains(pair.key) else {
                    problems.add(
                        path.isEmpty ? pair.key : "\(path).\(pair.key)", "unknown key",
                        hint: Self.advice(for: pair.key, among: allowed))
                    continue
                }
                fields[pair.key] = pair.value
            }
        } else {
            problems.add(path, "must be a mapping, is \(value.kind)")
        }
        self.fields = fields
    }

    private static func advice(for key: String, among allowed: [String]) -> String {
        if ["path", "file", "csv", "folder", "directory", "address", "host", "port"].contains(key.lowercased()) {
            return "a job is shared: paths and addresses belong in each site's own settings"
        }
        if ["withoutLost", "derivedFrom"].contains(key) {
            return "it belongs to a fit of three to eight parties with different columns (protocols/job.md 8)"
        }
        if let near = nearest(to: key, among: allowed) { return "did you mean '\(near)'?" }
        return "allowed here: \(allowed.joined(separator: ", "))"
    }

    package func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The value of a key, if something was written.
    package func value(_ key: String) -> YAMLValue? {
        guard let value = fields[key], !value.isEmpty else { return nil }
        return value
    }

    /// Demands that every key that stands there has a value.
    package func demandValues(hint: String) {
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) where value.isEmpty {
            problems.add(place(key), "has no value", hint: hint)
        }
    }

    /// The text of a key that may be left out, and must have a value where it stands.
    package func optionalText(_ key: String) -> String? {
        guard let value = fields[key] else { return nil }
        guard !value.isEmpty else {
            problems.add(place(key), "has no value", hint: "name one, or drop the line")
            return nil
        }
        return text(of: value, at: place(key))
    }

    package func text(_ key: String, default standard: String? = nil) -> String {
        guard let value = value(key) else {
            if let standard { return standard }
            problems.add(place(key), "is missing")
            return ""
        }
        return text(of: value, at: place(key))
    }

    package func text(of value: YAMLValue, at path: String) -> String {
        guard case .scalar(let text, _, _) = value else {
            problems.add(path, "must be a single value, is \(value.kind)")
            return ""
        }
        return Self.clean(text)
    }

    /// One form for what people type in several: Unicode NFC, no white space around.
    package static func clean(_ text: String) -> String {
        text.precomposedStringWithCanonicalMapping.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    package func integer(_ key: String, default standard: Int, in range: ClosedRange<Int>) -> Int {
        guard let value = value(key) else { return standard }
        let written = text(of: value, at: place(key)).replacing("_", with: "")
        guard let number = Int(written), !written.hasPrefix("+") else {
            problems.add(place(key), "must be a whole number, is '\(written.prefix(40))'")
            return standard
        }
        guard range.contains(number) else {
            problems.add(place(key), "\(number) is outside \(range.lowerBound) to \(range.upperBound)")
            return standard
        }
        return number
    }

    package func number(_ key: String, default standard: Double, in range: ClosedRange<Double>) -> Double {
        guard let value = value(key) else { return standard }
        guard let number = number(of: value, at: place(key)) else { return standard }
        guard range.contains(number) else {
            problems.add(place(key), "\(number) is outside \(range.lowerBound) to \(range.upperBound)")
            return standard
        }
        return number
    }

    package func number(of value: YAMLValue, at path: String) -> Double? {
        let written = text(of: value, at: path)
        // Double(_:) also reads hexadecimal, inf and nan: not in a job.
        let decimal = written.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || "+-.eE".utf8.contains($0) }
        guard decimal, let number = Double(written), number.isFinite else {
            problems.add(path, "must be a number, is '\(written.prefix(40))'")
            return nil
        }
        return number + 0.0  // -0.0 becomes 0.0: one number, one encoding
    }

    package func flag(_ key: String, default standard: Bool) -> Bool {
        guard let value = value(key) else { return standard }
        switch text(of: value, at: place(key)) {
        case "true", "yes": return true
        case "false", "no": return false
        default:
            problems.add(place(key), "must be true or false")
            return standard
        }
    }

    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default standard: Choice?, fallback: Choice
    ) -> Choice where Choice.RawValue == String {
        guard let value = value(key) else {
            if let standard { return standard }
            problems.add(place(key), "is missing", hint: Self.options(Choice.self))
            return fallback
        }
        return choice(of: value, at: place(key)) ?? fallback
    }

    package func choice<Choice: RawRepresentable & CaseIterable>(of value: YAMLValue, at path: String) -> Choice?
    where Choice.RawValue == String {
        let written = text(of: value, at: path)
        if let choice = Choice(rawValue: written) { return choice }
        let near = nearest(to: written, among: Choice.allCases.map(\.rawValue))
        problems.add(
            path, "'\(written.prefix(40))' is not known",
            hint: near.map { "did you mean '\($0)'?" } ?? Self.options(Choice.self))
        return nil
    }

    private static func options<Choice: RawRepresentable & CaseIterable>(_: Choice.Type) -> String
    where Choice.RawValue == String {
        "one of: " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// A list, or a single value standing for a list of one.
    package func list(_ key: String) -> [(path: String, value: YAMLValue)] {
        guard let value = value(key) else { return [] }
        guard case .sequence(let values, _) = value else { return [(place(key), value)] }
        return values.enumerated().map { ("\(place(key))[\($0.offset)]", $0.element) }
    }

    package func mapping(_ key: String, allowed: [String]) -> FieldReader? {
        value(key).map { FieldReader($0, path: place(key), allowed: allowed, problems: problems) }
    }
}

/// The word of the list that a person most likely meant: at most two edits away, or equal but for case and dashes.
package func nearest(to word: String, among words: [String]) -> String? {
    func plain(_ text: String) -> [UInt8] { text.lowercased().utf8.filter { $0 != 0x2D && $0 != 0x5F && $0 != 0x20 } }
    let given = plain(word)
    guard given.count <= 64 else { return nil }
    let ranked = words.map { (word: $0, distance: editDistance(given, plain($0))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= min(2, max(1, given.count / 3)) ? best.word : nil
}

/// Edits between two words: insert, delete, replace, swap neighbours (optimal string alignment).
private func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
    var before: [Int] = []
    var last = Array(0...second.count)
    for i in first.indices {
        var row = [i + 1]
        for j in second.indices {
            var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (first[i] == second[j] ? 0 : 1))
            if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
                best = min(best, before[j - 1] + 1)
            }
            row.append(best)
        }
        before = last
        last = row
    }
    return last[second.count]
}
