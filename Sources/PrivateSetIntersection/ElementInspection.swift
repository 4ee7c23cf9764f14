internal import Wire

/// What inspectors check of points of the curve.
struct ElementInspection: Sendable {
    let curve: Curve
    let duplicates: DuplicateFilter
    /// In a running session the role that receives a point checks that it lies on the curve, before it multiplies it: a
    /// second root for each would be half of the protocol's other work.
    let isLive: Bool

    func inspect(_ message: some ElementMessage, count: Int) throws {
        let elements = message.elements
        guard elements.count == count * Curve.width else {
            throw Self.failure("T10", "wrongCount", "A chunk of points has the wrong number of values.")
        }
        for index in 0..<count {
            let element = Curve.element(index, of: elements)
            guard isLive || curve.has(element) else {
                throw Self.failure("T10", "elementOutOfGroup", "A number is not the x-coordinate of a point.")
            }
            guard duplicates.insert(element) else {
                throw Self.failure("T20", "elementRepeated", "A point was sent twice.")
            }
        }
    }

    /// A chunk of which only the length is known.
    func inspect(_ record: Record, length: Int, count: Int) throws {
        guard length == MaskedIdentifiers.length(of: count) else {
            throw Self.failure(
                "T10", "wrongLength", "A chunk of points has another length than its number of values asks for.")
        }
        guard duplicates.insert(record.payloadHash.bytes) else {
            throw Self.failure("T20", "elementRepeated", "A chunk of points was sent twice.")
        }
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
