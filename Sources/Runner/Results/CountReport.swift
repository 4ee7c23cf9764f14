import Jobs
import PrivateSetIntersection
import Site

/// `count.json`, and what `align count` prints.
package struct CountReport: Codable, Sendable {
    package let job: String
    package let peer: String
    /// A multiple of `rounding`.
    package let roundedCount: Int
    package let rounding: Int
    package let ownIdentifiers: Int
    package let peerIdentifiers: Int
    /// The folder; `nil` in the file within it.
    package let out: String?

    init(_ count: CommonCount, of inputs: JobInputs, out: String?) {
        job = inputs.file.hash
        peer = inputs.peer.name
        roundedCount = count.roundedCount
        rounding = count.rounding
        ownIdentifiers = count.ownCount
        peerIdentifiers = count.peerCount
        self.out = out
    }
}
