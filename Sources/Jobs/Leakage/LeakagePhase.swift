/// A part of a session by which the leakage table is ordered. Those of this program's own protocols stand here; a protocol of another
/// kind brings its own.
public struct LeakagePhase: Sendable, Hashable, Codable {
    /// As data has it.
    public let name: String
    /// For people.
    public let title: String

    public init(_ name: String, title: String) {
        self.name = name
        self.title = title
    }

    public static let session = LeakagePhase("session", title: "When the session opens")
    public static let count = LeakagePhase("count", title: "When common rows are counted, and not aligned")
    public static let alignment = LeakagePhase("alignment", title: "Alignment, once")
    public static let description = LeakagePhase("description", title: "When the cohort is described")
    public static let setup = LeakagePhase("setup", title: "Before training, once")
    public static let training = LeakagePhase("training", title: "Training")
    public static let end = LeakagePhase("end", title: "At the end")
    public static let prediction = LeakagePhase("prediction", title: "When new rows are scored")
    public static let early = LeakagePhase("early", title: "If it ends without a result")

    /// Those of this program's own protocols, in the order of the table.
    static let known: [LeakagePhase] = [
        .session, .count, .alignment, .description, .setup, .training, .end, .prediction, .early,
    ]

    private static let named = known + ofRows.dropFirst()

    /// Its name alone.
    public init(from decoder: any Swift.Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        self = Self.named.first { $0.name == name } ?? LeakagePhase(name, title: name)
    }

    public func encode(to encoder: any Swift.Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
