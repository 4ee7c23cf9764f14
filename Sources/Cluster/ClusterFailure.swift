/// Why this process and one other rank cannot work together. Carries no operand.
package enum LinkError: Error, Equatable, Sendable {
    /// It did not answer, or did not take what was sent to it, in so many seconds.
    case silent(seconds: Int)
    /// The library below reports an error by this code.
    case transport(code: Int32)
    /// A message that the key does not open: another key, or changed, lost or repeated on its way.
    case notAuthentic
    /// A message that has not the form of `protocols/cluster.md`.
    case malformed(String)
    /// It has another version of this program.
    case otherVersion(String)
    /// It could not use its key file.
    case key(KeyProblem)
    /// It could not do what it was asked.
    case refused(WorkerFault)
    /// More bytes than one message may have.
    case tooLarge(bytes: Int)
}

/// Why a worker did not do what it was asked.
package enum WorkerFault: UInt8, Error, Equatable, Sendable {
    /// The request has not the form of `protocols/cluster.md`.
    case malformed = 1
    /// It names a table or a sum that is not open.
    case unknownHandle = 2
    /// A row shares a factor with the modulus.
    case notInvertible = 3
}

/// What is wrong with the file that holds the cluster's key.
package enum KeyProblem: UInt8, Error, Equatable, Sendable {
    case notNamed = 1
    case missing = 2
    case openToOthers = 3
    case malformed = 4
    case ofAnotherUser = 5
}

/// A rank is lost: nothing more can be asked of it or of any other.
package struct ClusterFailure: Error, Equatable, Sendable {
    package let rank: Int
    package let ranks: Int
    package let cause: LinkError

    package init(rank: Int, ranks: Int, cause: LinkError) {
        self.rank = rank
        self.ranks = ranks
        self.cause = cause
    }
}

extension ClusterFailure: CustomStringConvertible {
    package var description: String { "rank \(rank) of \(ranks) \(cause)" }
}

extension LinkError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .silent(let seconds): "is gone: it did not answer for \(seconds) s"
        case .transport(let code): "is gone: MPI reports error \(code)"
        case .notAuthentic: "sent what this rank's key does not open: is its key file the same?"
        case .malformed(let what): "sent a message of a wrong form: \(what)"
        case .otherVersion(let version): "runs version \(version), not this one"
        case .key(let problem): "cannot use its key file: \(problem)"
        case .refused(let fault): "did not do what it was asked: \(fault)"
        case .tooLarge(let bytes): "would have to take a message of \(bytes) bytes"
        }
    }
}

extension KeyProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notNamed: "no key file is named"
        case .missing: "the file is not there, or cannot be read"
        case .openToOthers: "others may read the file; its mode must be 0600"
        case .malformed: "the file does not hold a key"
        case .ofAnotherUser: "the file belongs to another user"
        }
    }
}
