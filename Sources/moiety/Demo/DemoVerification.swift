/// Verifies what the demo recorded.
struct DemoVerification: Sendable {
    let folder: String
    let console: Console

    /// Lines for the report.
    func run() async throws -> [String] { [] }
}
