/// Elements that one side of a session over the curve has seen, so that none comes twice.
///
/// It remembers the last 16 bytes of each. A peer that makes two elements with the same end is refused, and gains
/// nothing by it; among honest ones this happens with a probability below 2^-78.
struct ElementSet: Sendable {
    private var seen: Set<AlignmentTag>

    init(expecting count: Int) { seen = Set(minimumCapacity: count) }

    /// Takes the elements of one chunk.
    ///
    /// - Throws: ``AlignmentError/wrongCount(message:expected:found:)`` for other than `count` elements,
    ///   ``AlignmentError/elementRepeated(chunk:index:)``.
    mutating func insert(
        _ elements: [UInt8], count: Int, message: String, chunk: Int
    ) throws(AlignmentError) {
        guard elements.count == count * Curve.width else {
            throw .wrongCount(message: message, expected: count, found: elements.count / Curve.width)
        }
        for index in 0..<count {
            let tag = AlignmentTag(bytes: Curve.element(index, of: elements).suffix(AlignmentTag.width))
            guard seen.insert(tag).inserted else { throw .elementRepeated(chunk: chunk, index: index) }
        }
    }
}
