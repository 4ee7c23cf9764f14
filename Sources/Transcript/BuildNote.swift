/// `build.txt`: which program ran, in its own party's words. `protocols/transcript.md` section 2.
public struct BuildNote: Sendable, Hashable, Codable {
    public let version: String
    /// Which implementation of modular arithmetic: results do not depend on it.
    public let arithmetic: String

    static let maximumLength = 1024
    private static let magic = "moiety build 1"

    public init(version: String, arithmetic: String) {
        self.version = version
        self.arithmetic = arithmetic
    }

    var text: String { "\(Self.magic)\nversion \(version)\narithmetic \(arithmetic)\n" }

    /// Accepts exactly what `text` writes.
    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count == 4, lines[1].hasPrefix("version "), lines[2].hasPrefix("arithmetic ") else { return nil }
        self.init(version: String(lines[1].dropFirst(8)), arithmetic: String(lines[2].dropFirst(11)))
        let isPlain = [version, arithmetic].allSatisfy { field in
            (1...64).contains(field.utf8.count) && field.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        }
        guard isPlain, self.text == text else { return nil }
    }
}
