public import Wire

/// What a site keeps between rounds, so that a process that stopped can come back: the sums that were opened, from which
/// everything else follows, and hashes of what this site put in. Of mode 0600 like all private files.
public struct PooledState: Sendable, Equatable {
    /// One sum that was opened.
    public struct Round: Sendable, Equatable {
        /// Indices of the sites in it.
        public var sites: [Int]
        /// Modulo 2^128.
        public var sums: [UInt128]
        /// H of this site's own vector.
        public var own: Bytes32
    }

    /// Of the session's terms.
    public var job: Bytes32
    public var rounds: [Round]

    /// Before the first round.
    public init(job: Bytes32) {
        self.job = job
        rounds = []
    }

    public func encoded() throws -> [UInt8] { [] }

    /// - Throws: `SumError.badState`.
    public init(encoded bytes: [UInt8]) throws { self.init(job: .zero) }
}
