/// One thing that is wrong in a job or policy, at the place where it was written.
public struct DocumentProblem: Sendable, Hashable, Codable {
    /// Where in the document, for example `parties[1].features[2].reference`; empty for the document itself.
    public let path: String
    /// Line in the text, from 1, where it is known.
    public let line: Int?
    /// What is wrong, in one clause.
    public let message: String
    /// What would set it right.
    public let hint: String?

    public init(path: String, line: Int? = nil, message: String, hint: String? = nil) {
        self.path = path
        self.line = line
        self.message = message
        self.hint = hint
    }
}

extension DocumentProblem: CustomStringConvertible {
    public var description: String {
        let place = path.isEmpty ? "" : "\(path): "
        let number = line.map { "line \($0): " } ?? ""
        return number + place + message + (hint.map { " (\($0))" } ?? "")
    }
}

/// Why a job or a policy could not be read. None of these carries more than the document itself said.
public enum DocumentError: Error, Equatable {
    /// Larger than any job that a person writes; refused before it is parsed.
    case tooLarge(bytes: Int, limit: Int)
    /// Not YAML, or YAML of a kind that is not accepted (anchors, aliases, tags, several documents).
    case malformed(line: Int?, message: String)
    /// YAML, but not a valid document: every problem found, in the order of the text.
    case invalid([DocumentProblem])
    /// Not the canonical encoding of a document.
    case notCanonical(String)
}

extension DocumentError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLarge(let bytes, let limit): "\(bytes) bytes are more than the \(limit) allowed"
        case .malformed(let line, let message): (line.map { "line \($0): " } ?? "") + message
        case .invalid(let problems): problems.map(\.description).joined(separator: "\n")
        case .notCanonical(let reason): "not a canonical encoding: \(reason)"
        }
    }
}
