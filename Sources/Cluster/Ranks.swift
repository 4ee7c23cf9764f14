import Bignum

/// The other ranks, as the one thread sees them that talks to them.
struct Ranks: Sendable {
    private var links: [SealedLink]
    private let patience: Int
    var failure: ClusterFailure?
    /// They were told to stop: whatever else is said comes after the end.
    var isEnded = false
    /// Requests sent so far.
    private(set) var messages = 0

    init(links: [SealedLink], patience: Int) {
        self.links = links
        self.patience = patience
    }

    /// - Parameter index: 0 for rank 1.
    mutating func post(_ request: Request, to index: Int) throws(ClusterFailure) {
        messages += 1
        do {
            try links[index].post(request.encoded())
        } catch {
            throw lost(index, error)
        }
    }

    mutating func tellAll(_ request: Request) throws(ClusterFailure) {
        for index in links.indices { try post(request, to: index) }
    }

    /// Waits until all have taken what they were sent.
    func flush() throws(ClusterFailure) {
        for (index, sealed) in links.enumerated() {
            do {
                try sealed.link.flush(seconds: patience)
            } catch {
                throw lost(index, error)
            }
        }
    }

    /// Others give up when they hear nothing for ten minutes, as they do not while one is waited for.
    private static let longestWait = 540

    /// - Parameter seconds: what this process took for its own part, in which others may take some times as long.
    mutating func residues(
        _ count: Int, _ modulus: Modulus, from index: Int, beside seconds: Int
    ) throws(ClusterFailure) -> ResidueVector {
        do {
            return try Reply.residues(
                links[index].receive(seconds: min(patience + 10 * seconds, Self.longestWait)), count: count,
                modulus: modulus)
        } catch {
            throw lost(index, error)
        }
    }

    private func lost(_ index: Int, _ cause: LinkError) -> ClusterFailure {
        ClusterFailure(rank: index + 1, ranks: links.count + 1, cause: cause)
    }
}
