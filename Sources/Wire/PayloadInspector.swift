/// Looks at payloads: what only the protocol that owns a message can check (shapes, ranges, proofs, budgets). A protocol's
/// target offers one. The running session shows it every record before a message is answered, a verifier does so years
/// later; neither knows what is inside. `protocols/wire.md` 8.1.
public protocol PayloadInspector: Sendable {
    /// Numbers of the checks that this inspector makes ("T10", "T11"): the verifier reports them as evaluated.
    var checks: [String] { get }
    /// Checks that could not be made to the end, each with the reason. They do not hold, but nobody failed them.
    var unfinished: [String: String] { get }
    /// Every record of both directions, in an order in which each comes after all that it had seen.
    ///
    /// - Parameter payload: `nil` when the transcript keeps only its hash.
    mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure)
    /// After the last record, with what the party declares as its outcome (`nil` if the job did not finish).
    mutating func finish(counts: [String: Int64]?) throws(InspectionFailure)
}

extension PayloadInspector {
    public var unfinished: [String: String] { [:] }
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

/// Payloads until the first that is missing: what follows it cannot be said from those that are there.
package struct UnbrokenPayloads: Sendable {
    package private(set) var isPruned = false

    package init() {}

    /// - Returns: nil from the first that is missing on.
    package mutating func next(_ payload: [UInt8]?) -> [UInt8]? {
        isPruned = isPruned || payload == nil
        return isPruned ? nil : payload
    }
}
