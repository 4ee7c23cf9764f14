package import Wire

/// What the command line says about an error: an exit code, a stable name, one sentence and what to do about it.
package struct Failure: Error, Equatable, Sendable {
    package let status: ExitStatus
    /// Stable, camel case: what a script may match.
    package let code: String
    package let message: String
    package let hint: String?

    package init(_ status: ExitStatus, _ code: String, _ message: String, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
    }
}

extension Failure: PeerVisibleError {
    /// The peer learns the kind and the name, never the message.
    package var abortReason: AbortReason {
        let kind: FailureKind =
            switch status {
            case .refusedByPolicy, .permission: .refusal
            case .peersDisagree: .disagreement
            case .timeout: .timeout
            case .peerUnreachable: .transport
            case .protocolViolation: .violation
            case .interrupted: .cancelled
            default: .failure
            }
        return AbortReason(kind, code)
    }
}
