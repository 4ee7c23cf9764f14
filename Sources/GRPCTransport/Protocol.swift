import GRPCCore

/// The words of `protocols/transport.md`.
enum TransportProtocol {
    /// `/moiety.Peer/Exchange`: one stream of raw frames each way.
    static let method = MethodDescriptor(
        fullyQualifiedService: "moiety.Peer", method: "Exchange", type: .bidirectionalStreaming)

    /// Both sides name the version in the stream's metadata; the other must name the same.
    static let versionKey = "moiety-transport"
    static let version = "1"

    static var metadata: Metadata { [versionKey: "\(version)"] }

    static func matches(_ metadata: Metadata) -> Bool {
        Array(metadata[stringValues: versionKey]) == [version]
    }

    /// Why the listener does not start a session, in the status that ends the stream.
    static let busy = Status(code: .alreadyExists, message: "busy")
    static let otherVersion = Status(code: .failedPrecondition, message: "transport version")
    static let notAuthenticated = Status(code: .unauthenticated, message: "certificate")
    static let otherMethod = Status(code: .unimplemented, message: "method")
    static let late = Status(code: .deadlineExceeded, message: "late")
    static let closed = Status(code: .ok, message: "")
}
