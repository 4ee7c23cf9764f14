import Jobs
package import PrivateSetIntersection
import Site

/// `count.json`, and what `align count` prints.
package struct CountReport: Codable, Sendable {
    package let job: String
    package let peer: String
    /// A multiple of `rounding`.
    package let roundedCount: Int
    package let rounding: Int
    /// Fewer common rows than that are said as 0.
    package let suppressedBelow: Int
    package let ownIdentifiers: Int
    package let peerIdentifiers: Int
    /// The folder; `nil` in the file within it.
    package let out: String?

    package init(_ count: CommonCount, of inputs: JobInputs, out: String?) {
        job = inputs.file.hash
        peer = inputs.peer.name
        roundedCount = count.roundedCount
        rounding = count.rounding
        // So few are suppressed, or rounded to nothing.
        suppressedBelow = max(count.minimum, (count.rounding + 1) / 2)
        ownIdentifiers = count.ownCount
        peerIdentifiers = count.peerCount
        self.out = out
    }

    package var text: String {
        roundedCount == 0
            ? "fewer than \(suppressedBelow) rows in common with \(peer), which are not counted"
            : "about \(roundedCount) rows in common with \(peer), to the nearest \(rounding)"
    }
}
