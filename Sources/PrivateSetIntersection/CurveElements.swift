/// What both protocols over the curve do to whole chunks, on all cores.
struct CurveElements: Sendable {
    let curve: Curve
    let hashes: AlignmentHashes

    /// Elements that one task works on.
    private static let piece = 256

    /// `X(mask P(x))` of each identifier, in order.
    func masked(
        _ identifiers: [[UInt8]], by mask: CurveMask, as purpose: CurvePurpose
    ) async throws -> [UInt8] {
        try await concurrently(identifiers.count) { range in
            try mask.masking(
                try curve.points(of: identifiers[range]) { hashes.candidate(of: $0, attempt: $1, purpose) })
        }
    }

    /// `X(mask Q)` of each of a peer's elements, in order.
    ///
    /// - Throws: ``AlignmentError/elementOutOfGroup(chunk:index:)``.
    func masked(_ elements: [UInt8], by mask: CurveMask, chunk: Int) async throws -> [UInt8] {
        try await concurrently(elements.count / Curve.width) { range in
            let bytes = Array(elements[range.lowerBound * Curve.width..<range.upperBound * Curve.width])
            let points: [Curve.Point]
            do throws(CurveRejection) { points = try curve.points(bytes) } catch {
                throw AlignmentError.elementOutOfGroup(chunk: chunk, index: range.lowerBound + error.index)
            }
            return try mask.masking(points)
        }
    }

    private func concurrently(
        _ count: Int, _ body: @escaping @Sendable (Range<Int>) throws -> [UInt8]
    ) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: (piece: Int, bytes: [UInt8]).self) { tasks in
            let chunks = Chunking(total: count, size: Self.piece)
            for piece in 0..<chunks.count {
                tasks.addTask {
                    try Task.checkCancellation()
                    return (piece, try body(chunks[piece]))
                }
            }
            var pieces = [[UInt8]](repeating: [], count: chunks.count)
            for try await done in tasks { pieces[done.piece] = done.bytes }
            return Array(pieces.joined())
        }
    }
}
