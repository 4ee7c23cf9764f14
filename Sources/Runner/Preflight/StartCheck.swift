package import Site

/// One thing that was looked at before a session starts.
package struct StartCheck: Encodable, Sendable {
    package enum Verdict: String, Encodable, Sendable { case ok, warning, failed }

    package let name: String
    package let verdict: Verdict
    package let detail: String
    package let hint: String?
    /// Stable name of the failure, as errors have it.
    package let code: String?
    /// With which a command ends that this check stops.
    let status: ExitStatus?

    private enum CodingKeys: String, CodingKey { case name, verdict, detail, hint, code }

    package init(_ name: String, _ verdict: Verdict, _ detail: String, hint: String? = nil) {
        self.name = name
        self.verdict = verdict
        self.detail = detail
        self.hint = hint
        code = nil
        status = verdict == .failed ? .configuration : nil
    }

    package init(_ name: String, failed error: any Error) {
        let failure = Failure(describing: error)
        self.name = name
        verdict = .failed
        detail = failure.message
        hint = failure.hint
        code = failure.code
        status = failure.status
    }

    /// Runs a check: what it returns is the detail.
    static func run(_ name: String, _ body: () throws -> String) -> StartCheck {
        do { return StartCheck(name, .ok, try body()) } catch { return StartCheck(name, failed: error) }
    }

    /// The same without stopping anything.
    var asWarning: StartCheck { StartCheck(name, .warning, detail, hint: hint) }

    /// What a command throws that this check stops.
    var failure: Failure? {
        guard verdict == .failed else { return nil }
        return Failure(status ?? .configuration, code ?? name, detail, hint: hint)
    }
}

extension [StartCheck] {
    /// Exit status of a command that made them: the first failure's.
    package var status: ExitStatus { firstFailure?.status ?? .ok }

    package var firstFailure: Failure? { lazy.compactMap(\.failure).first }

    /// One line a check, with what to do about those that are not well.
    package var text: String {
        map { check in
            let hint = check.verdict == .ok ? nil : check.hint
            return "  \(check.verdict.rawValue)  \(check.name): \(check.detail)" + (hint.map { "\n      \($0)" } ?? "")
        }.joined(separator: "\n")
    }
}
