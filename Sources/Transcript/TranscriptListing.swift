public import Jobs
public import ProtocolKit
public import Wire

/// The records of a transcript, one after the other: for people who look, not for verifying.
public struct TranscriptListing: Sendable {
    /// One record as it stands in a log.
    public struct Item: Sendable {
        public let record: Record
        public let leaf: Bytes32
        /// `nil` when only its hash is kept.
        public let payload: [UInt8]?
    }

    public let parties: PartiesFile
    private let layout: TranscriptLayout

    /// - Throws: `TranscriptError` when the folder has no parties.
    public init(folder: String) throws(TranscriptError) {
        layout = TranscriptLayout(folder: folder)
        parties = try PartiesFile(reading: layout)
    }

    /// The job that the parties agreed on and what they did under it; `nil` when the folder has not got the job in its one
    /// form, or the session is of no protocol in the registry.
    public func agreed(
        among registry: SessionRegistry
    ) -> (job: Job, protocol: any SessionProtocol)? {
        guard let bytes = try? layout.read(TranscriptLayout.job, limit: 1 << 20),
            let session = registry.first(named: parties.jobHash, under: Bytes32(hashing: bytes)),
            let job = try? Job(canonical: bytes)
        else { return nil }
        return (job, session)
    }

    /// How far each party's own signatures reach: what they do not cover is nobody's word.
    package var signedHeads: SignedHeads { SignedHeads(layout, parties) }

    /// Calls `body` for each record that a party sent until it returns false; memory for one.
    ///
    /// - Throws: `TranscriptError`, also for a record that does not decode.
    public func forEachRecord(from sender: String, _ body: (Item) throws -> Bool) throws {
        guard parties.party(named: sender) != nil else { throw TranscriptError.missingFile("log of '\(sender)'") }
        let name = TranscriptLayout.log(from: sender, to: parties.other(than: sender).name)
        var reader = try LogReader(layout, name)
        defer { reader.close() }
        while case .entry(let entry) = try reader.next() {
            guard let record = try? Record(encoded: entry.record) else {
                throw TranscriptError.notCanonical(file: name)
            }
            guard try body(Item(record: record, leaf: entry.leaf, payload: entry.payload)) else { return }
        }
    }
}
