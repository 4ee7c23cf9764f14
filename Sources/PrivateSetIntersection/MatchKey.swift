/// What a party computes of an identifier: the tag, which both sides see, and the proof of a match, which only whoever has computed the
/// function there can make (`protocols/alignment.md` 1).
struct MatchKey: Sendable {
    let tag: AlignmentTag
    let proof: AlignmentTag
}

/// One's own identifiers by tags, and the proof of each.
struct MatchedRows: Sendable {
    let tagged: TaggedRows
    /// By row.
    private let proofs: [AlignmentTag]

    /// - Parameter unordered: of the rows 0..<count, each once.
    /// - Throws: ``AlignmentError/evaluationsRepeat`` if two rows have one tag.
    init(_ unordered: [(output: MatchKey, row: UInt32)]) throws(AlignmentError) {
        tagged = try TaggedRows(unordered.map { ($0.output.tag, $0.row) })
        var proofs = [AlignmentTag](repeating: AlignmentTag(high: 0, low: 0), count: unordered.count)
        for (output, row) in unordered { proofs[Int(row)] = output.proof }
        self.proofs = proofs
    }

    func proof(ofRow row: Int) -> AlignmentTag { proofs[row] }
}
