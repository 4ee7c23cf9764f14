import Jobs
package import PrivateSetIntersection
package import Records
import Site
package import Wire

/// An alignment without a fit: which rows both sites have.
package struct AlignmentWork: SessionWork {
    package struct Result: Sendable {
        package let intersection: Intersection
        /// In common order.
        package let rows: AlignedRows

        /// Identifiers that this site put in.
        package var ownCount: Int { intersection.ownCount }
        /// Identifiers that the peer put in.
        package var peerCount: Int { intersection.peerCount }
    }

    package let inputs: JobInputs
    package let opening: SessionOpening
    package let books: any SessionBooks
    package let progress: ProgressReporter

    package func run(over session: Session) async throws -> Result {
        let committed = try await opening.run(over: session)
        let (intersection, rows) = try await inputs.align(
            over: session, progress, admit: books.admission(of: committed, over: session))
        try books.admit(rows)
        try books.remember(rows, nil)
        return Result(intersection: intersection, rows: rows)
    }

    package func facts(of result: Result, salt: Bytes32) throws -> ResultFacts {
        var encoder = Encoder()
        encoder.write(identifiersOf: result.rows)
        return ResultFacts(try encoder.finish(), salt: salt, counts: ["rows": Int64(result.rows.count)])
    }
}

extension JobInputs {
    /// The alignment that fits, alignments alone and predictions begin with. Its result is the session's to tell: after the
    /// peer has signed for it, by a checkpoint or by its closing.
    package func align(
        over session: Session, _ progress: ProgressReporter, admit: @Sendable (SetSizes) throws -> Void
    ) async throws -> (intersection: Intersection, rows: AlignedRows) {
        let intersection = try await Alignment.run(
            table.identifiers.values, over: session, settings: AlignmentSettings(job, own: own),
            progress: { progress.report($0) }, admit: admit)
        return (intersection, try table.table.rows(at: intersection.rowIndices, of: table.identifiers))
    }
}

extension AlignmentSettings {
    init(_ job: Job, own: Party) {
        let scheme: AlignmentScheme =
            switch job.alignment.method {
            case .paillierOPRF: .paillierOPRF
            case .ecdhP256: .curve
            }
        self.init(
            scheme: scheme, keyBits: job.keys.bits,
            role: job.alignment.sender.map { $0 == own.name ? .sender : .receiver } ?? .bySize,
            maximumOwnCount: job.limits.maximumSetSize, maximumPeerCount: job.limits.maximumSetSize,
            minimumCohort: job.limits.minimumCohort)
    }
}

extension Encoder {
    /// array(bytes): the normalised identifiers in common order.
    package mutating func write(identifiersOf rows: AlignedRows) {
        writeArray(0..<rows.count) { $0.writePrefixed(rows.identifier(at: $1)) }
    }
}
