public import Jobs
public import Wire

/// The session protocols that a program knows, each under its own name.
public struct SessionRegistry: Sendable {
    /// In the order in which people are told of them.
    public let protocols: [any SessionProtocol]

    /// - Parameter protocols: the program's own list; of two with one name the first stays.
    public init(_ protocols: [any SessionProtocol]) {
        var names: Set<SessionPurpose> = []
        self.protocols = protocols.filter { names.insert($0.purpose).inserted }
    }

    public var purposes: [SessionPurpose] { protocols.map(\.purpose) }

    public subscript(purpose: SessionPurpose) -> (any SessionProtocol)? {
        protocols.first { $0.purpose == purpose }
    }

    /// The protocol of a session whose hellos name `hash`; `nil` when it is none of these under this job.
    public func first(named hash: Bytes32, under job: Bytes32) -> (any SessionProtocol)? {
        protocols.first { $0.purpose.hash(of: job) == hash }
    }
}
