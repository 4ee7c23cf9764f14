public import Wire

/// What a site keeps between rounds, so that a process that stopped can come back: the sums that were opened, from which
/// everything else follows, and hashes of what this site put in. A private file: the hashes say whether a guess at its sums is right.
public struct SumState: Sendable, Equatable {
    /// Of the sessions' terms.
    public let job: Bytes32
    /// Sites in the job.
    public let siteCount: Int
    /// Hash of the site's own rows, from the first run on: a later one with other rows would let the difference be computed.
    public internal(set) var input: Bytes32?
    public private(set) var rounds: [OpenedSum]
    /// By round: H of this site's own vector; zero for a sum that it took from others, for whose vector it does not vouch.
    private(set) var own: [Bytes32]
    /// After each round (`protocols/row-split.md` 4).
    private(set) var heads: [Bytes32]

    /// Before the first round.
    public init(job: Bytes32, siteCount: Int) {
        self.job = job
        self.siteCount = siteCount
        (rounds, own, heads) = ([], [], [])
    }

    mutating func append(_ sum: OpenedSum, own: Bytes32) {
        heads.append(head(with: sum))
        rounds.append(sum)
        self.own.append(own)
    }

    /// The head that the sum would make.
    func head(with sum: OpenedSum) -> Bytes32 {
        Self.head(after: heads.last ?? Self.start(job), sum, siteCount: siteCount)
    }

    mutating func removeLast() {
        rounds.removeLast()
        own.removeLast()
        heads.removeLast()
    }

    /// H("moiety/rows/chain/v1", job)
    private static func start(_ job: Bytes32) -> Bytes32 {
        var encoder = SumStatements.labelled("moiety/rows/chain/v1")
        encoder.write(job)
        return SumStatements.hash(encoder)
    }

    private static func head(after head: Bytes32, _ sum: OpenedSum, siteCount: Int) -> Bytes32 {
        var encoder = SumStatements.labelled("moiety/rows/opened/v1")
        encoder.write(head)
        sum.encode(into: &encoder, siteCount: siteCount)
        return SumStatements.hash(encoder)
    }

    /// H("moiety/rows/own/v1", job, point, array of u128): kept, never sent.
    static func ownHash(_ values: [UInt128], job: Bytes32, point: Bytes32) -> Bytes32 {
        var encoder = SumStatements.labelled("moiety/rows/own/v1")
        encoder.write(job)
        encoder.write(point)
        encoder.writeArray(values) { $0.write(wide: $1) }
        return SumStatements.hash(encoder)
    }
}

extension SumState {
    private static let magic = "moiety/rows/state/v1"

    /// One encoding; a file's content.
    public func encoded() throws -> [UInt8] {
        var encoder = SumStatements.labelled(Self.magic)
        encoder.write(job)
        encoder.write(UInt16(clamping: siteCount))
        encoder.writeOptional(input) { $0.write($1) }
        encoder.writeCount(rounds.count)
        for (sum, own) in zip(rounds, own) {
            sum.encode(into: &encoder, siteCount: siteCount)
            encoder.write(own)
        }
        let body = try encoder.finish()
        return body + Bytes32(hashing: body).bytes
    }

    /// - Throws: ``SumError/badState(_:)`` for bytes that are damaged or of another version.
    public init(encoded bytes: [UInt8]) throws(SumError) {
        do throws(WireError) {
            guard bytes.count > 32, Bytes32(hashing: bytes.dropLast(32)).bytes == Array(bytes.suffix(32)) else {
                throw .notCanonical("a state's checksum")
            }
            var decoder = Decoder(Array(bytes.dropLast(32)))
            guard try decoder.readFixed(Self.magic.utf8.count) == Array(Self.magic.utf8) else {
                throw .notCanonical("a state's version")
            }
            let job = try decoder.readBytes32()
            let siteCount = Int(try decoder.readUInt16())
            guard SumSettings.sites.contains(siteCount) else { throw .invalidValue("sites") }
            self.init(job: job, siteCount: siteCount)
            input = try decoder.readOptional { decoder throws(WireError) in try decoder.readBytes32() }
            for _ in 0..<(try decoder.readCount(max: SumBounds.rounds, minimumBytes: 72)) {
                let sum = try OpenedSum(from: &decoder, siteCount: siteCount)
                append(sum, own: try decoder.readBytes32())
            }
            try decoder.finish()
        } catch {
            throw .badState("the saved state of the job is damaged or of another version")
        }
    }
}
