import Wire

/// Collects what fails while a transcript is read, in whatever order it is met; the report then names the first in the
/// order of the checks.
struct FindingList {
    typealias Finding = VerificationReport.Finding
    typealias Reference = VerificationReport.RecordReference

    private var failures: [Check: Finding] = [:]
    private var warnings: [Check: Finding] = [:]
    /// Checks that somebody made: all others are reported as not evaluated.
    private var evaluated: Set<Check> = []
    private var withdrawn: Set<Check> = []
    private var remarks: [Check: String] = [:]

    mutating func made(_ check: Check, remark: String? = nil) {
        evaluated.insert(check)
        if let remark { remarks[check] = remark }
    }

    /// Not to the end: it cannot be said to hold.
    mutating func withdraw(_ check: Check, _ reason: String) {
        withdrawn.insert(check)
        remarks[check] = reason
    }

    /// The first failure of a check stays.
    mutating func fail(_ check: Check, _ error: String, _ sentence: String, at record: Reference? = nil) {
        guard failures[check] == nil else { return }
        failures[check] = Finding(check: check, status: .failed, error: error, record: record, sentence: sentence)
    }

    /// The first warning of a check stays.
    ///
    /// - Parameter isAdded: adds its sentence to that of a warning of the same name, about another direction.
    mutating func warn(_ check: Check, _ error: String, _ sentence: String, isAdded: Bool = false) {
        if let earlier = warnings[check] {
            guard isAdded, earlier.error == error else { return }
            warnings[check] = Finding(
                check: check, status: .warning, error: error, sentence: "\(earlier.sentence) \(sentence)")
            return
        }
        warnings[check] = Finding(check: check, status: .warning, error: error, sentence: sentence)
    }

    /// Why a check was not made.
    mutating func skipped(_ check: Check, _ reason: String) {
        guard remarks[check] == nil, !evaluated.contains(check) else { return }
        remarks[check] = reason
    }

    func hasFailed(_ check: Check) -> Bool { failures[check] != nil }
    var hasFailure: Bool { !failures.isEmpty }

    /// In the order of the checks; after the first failure nothing is said to hold.
    func findings(_ checks: [Check]) -> [Finding] {
        var out: [Finding] = []
        var isBroken = false
        for check in checks {
            if isBroken {
                out.append(
                    Finding(check: check, status: .notEvaluated, sentence: "Not evaluated after the failure above."))
            } else if let failure = failures[check] {
                out.append(failure)
                isBroken = true
            } else if let warning = warnings[check] {
                out.append(warning)
            } else if evaluated.contains(check), !withdrawn.contains(check) {
                out.append(Finding(check: check, status: .passed, sentence: remarks[check] ?? check.sentence))
            } else {
                out.append(
                    Finding(
                        check: check, status: .notEvaluated,
                        sentence: remarks[check] ?? "Not evaluated: nothing here can make this check."))
            }
        }
        return out
    }
}
