package import Site
package import Transcript

extension VerificationReport.Verdict {
    /// What a command that verified ends with.
    package var exitStatus: ExitStatus {
        switch self {
        case .valid, .validPruned: .ok
        case .notClosed: .jobFailed
        case .invalid: .verificationFailed
        }
    }
}

extension VerificationReport {
    /// Parties whose identity was to be compared with one that is pinned, and is not.
    package func unknown(to options: Verifier.Options) -> [String] {
        (summary?.parties ?? []).map(\.name).filter { options.pinned[$0] == nil }
    }
}
