internal import Wire

/// A message that is tags, or what has their form, and nothing else.
protocol TagMessage: Message {
    var tags: [AlignmentTag] { get }
    init(tags: [AlignmentTag])
}

extension TagMessage {
    package func encode(into encoder: inout Encoder) { encoder.write(tags: tags) }
    package init(from decoder: inout Decoder) throws(WireError) { self.init(tags: try decoder.readTags()) }
}

extension Session {
    func send<M: TagMessage>(_ tags: [AlignmentTag], as _: M.Type) async throws {
        let chunks = Chunking.tags(tags.count)
        for index in 0..<chunks.count {
            try await send(M(tags: Array(tags[chunks[index]])), chunk: Chunk(index, of: chunks.count))
        }
    }

    /// Takes so many tags of the peer's, which ascend over all chunks, and keeps those that are among the own.
    ///
    /// - Throws: ``AlignmentError/wrongCount(message:expected:found:)`` for a chunk of another length,
    ///   ``AlignmentError/tagsNotAscending``.
    func receive<M: TagMessage>(
        _ type: M.Type, count: Int, matching own: TaggedRows
    ) async throws -> TaggedRows.Matcher {
        var matcher = TaggedRows.Matcher(own)
        let chunks = Chunking.tags(count)
        for index in 0..<chunks.count {
            let tags = try await receive(type, chunk: Chunk(index, of: chunks.count)).tags
            guard tags.count == chunks[index].count else {
                throw AlignmentError.wrongCount(message: M.name, expected: chunks[index].count, found: tags.count)
            }
            try matcher.add(tags)
        }
        return matcher
    }
}
