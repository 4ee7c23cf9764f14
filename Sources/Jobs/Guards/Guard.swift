/// The guards of `protocols/leakage.md` 3. A job names them in its `loosen` list, refusals and the verifier's output by `name`.
public enum Guard: String, Sendable, Hashable, CaseIterable, Codable {
    case scores = "scores"
    case leverage = "leverage"
    case budget = "budget"

    /// As it stands in a refusal, for example `guard-leverage`.
    public var name: String { "guard-\(rawValue)" }

    /// As it stands in a job's `loosen` list, for example `leverage`.
    public var shortName: String { rawValue }

    public var mayBeLoosened: Bool { self != .scores }

    /// The guard of that name, long or short.
    public init?(named name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name || $0.shortName == name }) else { return nil }
        self = found
    }

    /// Those that a job may loosen, for hints.
    static var loosenable: String { allCases.filter(\.mayBeLoosened).map(\.shortName).joined(separator: ", ") }
}
