import PrivateSetIntersection
import Transcript

extension Verifier.Options {
    /// Looks besides at what every purpose has: commitments and the sizes of the sets that were brought.
    mutating func inspectCommitments() {
        let others = inspectors
        inspectors = { job, facts in (others?(job, facts) ?? []) + [CommittedSetInspector()] }
    }
}
