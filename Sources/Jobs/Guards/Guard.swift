/// The guards of `protocols/leakage.md`, computed by each side before it starts and again by a verifier.
///
/// Names are stable: they stand in refusals, in a job's `loosen` list and in the verifier's output.
public enum Guard: Int, Sendable, Hashable, CaseIterable {
    // Numbers once given stay: 2, 3, 7 and 8 were rules of the training protocol, which inspectors and replay check.
    case labels = 1
    case features = 4
    case scores = 5
    case information = 6

    public var number: Int { rawValue }

    /// Stable name, for example `guard-1-labels`.
    public var name: String { "guard-\(rawValue)-\(word)" }

    /// Name as it stands in a job's `loosen` list, for example `guard-1`.
    public var shortName: String { "guard-\(rawValue)" }

    /// Whether a job may loosen it, by a factor of two.
    public var mayBeLoosened: Bool { self == .labels || self == .features }

    /// The guard of that name, long or short.
    public init?(named name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name || $0.shortName == name }) else { return nil }
        self = found
    }

    private var word: String {
        switch self {
        case .labels: "labels"
        case .features: "features"
        case .scores: "scores"
        case .information: "information"
        }
    }
}
