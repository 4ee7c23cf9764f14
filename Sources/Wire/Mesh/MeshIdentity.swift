/// What makes the sessions of all pairs of parties one mesh (`protocols/row-split.md` 2, `protocols/multiparty-alignment.md` 1).
package enum MeshIdentity {
    /// H("moiety/mesh/v1", job, u16 parties, ids of all pairs by first and second)
    ///
    /// - Parameter sessions: by party, by party; zero for the party itself.
    package static func hash(job: Bytes32, sessions: [[Bytes32]]) -> Bytes32 {
        let count = UInt16(clamping: sessions.count)
        var bytes = Array("moiety/mesh/v1".utf8) + job.bytes
        bytes += [UInt8(count >> 8), UInt8(truncatingIfNeeded: count)]
        for first in sessions.indices {
            for second in sessions.indices.dropFirst(first + 1) { bytes += sessions[first][second].bytes }
        }
        return Bytes32(hashing: bytes)
    }

    /// The first pair of which the two parties do not name one session; nil where all fits.
    package static func mismatch(in sessions: [[Bytes32]]) -> (first: Int, second: Int)? {
        let count = sessions.count
        for first in 0..<count {
            for second in sessions.indices.dropFirst(first + 1) {
                guard sessions[first].count == count, sessions[second].count == count,
                    sessions[first][second] != .zero, sessions[first][second] == sessions[second][first]
                else { return (first, second) }
            }
        }
        return nil
    }
}
