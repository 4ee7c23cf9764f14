import Jobs
package import PrivateSetIntersection
import Records
import Site
package import Wire

/// A count of common rows: about how many there are, and not which.
package struct CountWork: SessionWork {
    let inputs: JobInputs
    let opening: SessionOpening
    /// This site's own; the larger of both holds.
    let rounding: Int
    let books: any SessionBooks

    package func run(over session: Session) async throws -> CommonCount {
        let committed = try await opening.run(over: session)
        let count = try await Alignment.count(
            inputs.table.identifiers.values, over: session, settings: AlignmentSettings(inputs.job, own: inputs.own),
            rounding: rounding, admit: books.admission(of: committed, over: session))
        return count
    }

    package func facts(of count: CommonCount, salt: Bytes32) throws -> ResultFacts {
        let (rounded, rounding) = (Int64(count.roundedCount), Int64(count.rounding))
        var encoder = Encoder()
        encoder.write(rounded)
        encoder.write(rounding)
        return ResultFacts(try encoder.finish(), salt: salt, counts: ["rounded": rounded, "rounding": rounding])
    }
}
