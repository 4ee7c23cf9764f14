/// Reads what a fit of several parties says of lost ones.
struct RefitReader {
    let withoutLost: WithoutLost
    let derivedFrom: Derivation?

    init(_ root: FieldReader, isOfRefitFormat: Bool) {
        withoutLost = root.choice("withoutLost", default: WithoutLost.stop, fallback: .stop)
        derivedFrom = Self.derivation(root)
        let saysSo = withoutLost == .refit || root.value("derivedFrom") != nil
        if saysSo != isOfRefitFormat {
            root.problems.add(
                "moiety",
                saysSo
                    ? "format \(Job.severalFormatVersion) does not say what becomes of the job without a lost party"
                    : "format \(Job.refitFormatVersion) says what becomes of the job without a lost party, and this file does not",
                hint: saysSo
                    ? "write 'moiety: \(Job.refitFormatVersion)', or drop 'withoutLost'"
                    : "add 'withoutLost: refit', or write 'moiety: \(Job.severalFormatVersion)'")
        }
    }

    private static func derivation(_ root: FieldReader) -> Derivation? {
        guard let fields = root.mapping("derivedFrom", allowed: ["job", "without"]) else { return nil }
        return Derivation(
            job: fields.text("job"), without: fields.list("without").map { fields.text(of: $0.value, at: $0.path) })
    }
}
