/// Looks at payloads: what only the protocol that owns a message can check (shapes, ranges, proofs, budgets). A protocol's
/// target offers one. The running session shows it every record before a message is answered, a verifier does so years
/// later; neither knows what is inside. `protocols/wire.md` 8.1.
public protocol PayloadInspector: Sendable {
    /// Numbers of the checks that this inspector makes ("T10", "T11"): the verifier reports them as evaluated.
    var checks: [String] { get }
    /// Checks that could not be made to the end, each with the reason. They do not hold, but nobody failed them.
    var unfinished: [String: String] { get }
    /// Those of `checks` that ask for the payloads of bulk messages: not made to the end where a transcript keeps these by
    /// hash.
    var checksOfBulk: [String] { get }
    /// Every record of both directions, in an order in which each comes after all that it had seen.
    ///
    /// - Parameter payload: `nil` when the transcript keeps only its hash.
    mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure)
    /// After the last record, with what the party declares as its outcome (`nil` if the job did not finish).
    mutating func finish(counts: [String: Int64]?) throws(InspectionFailure)
}

extension PayloadInspector {
    public var unfinished: [String: String] { [:] }
    public var checksOfBulk: [String] { [] }
}

/// A check that failed: its number, its error name, one plain sentence.
public struct InspectionFailure: Error, Sendable, Hashable {
    public let check: String
    public let name: String
    public let sentence: String

    public init(check: String, name: String, sentence: String) {
        self.check = check
        self.name = name
        self.sentence = sentence
    }
}

extension InspectionFailure {
    /// Runs what reads messages of a protocol. Whatever is thrown there but a failure is a message that does not read as
    /// its kind (T10).
    package static func reading(
        messagesOf name: String, _ body: () throws -> Void
    ) throws(InspectionFailure) {
        do {
            try body()
        } catch let failure as InspectionFailure {
            throw failure
        } catch {
            throw InspectionFailure(
                check: "T10", name: "malformedMessage",
                sentence: "A message of the \(name) does not read as its kind.")
        }
    }
}

/// What an inspector has of its protocol's payloads, one after the other.
package struct KeptPayloads: Sendable {
    package enum Content: Sendable {
        case payload([UInt8])
        /// Of a bulk message that a transcript keeps by hash: only how long it is.
        case length(Int)
        /// From the first message on of which more would be needed: nothing can be said from those that are there.
        case nothing
    }

    private let bulk: Set<MessageType>
    package private(set) var isPruned = false

    /// - Parameter bulk: kinds of messages whose length says all about their shape.
    package init(bulk: Set<MessageType> = []) {
        self.bulk = bulk
    }

    package mutating func next(_ record: Record, _ payload: [UInt8]?) -> Content {
        isPruned = isPruned || (payload == nil && !bulk.contains(record.type))
        guard !isPruned else { return .nothing }
        return payload.map { .payload($0) } ?? .length(Int(record.payloadLength))
    }
}
