import Synchronization
import Wire

/// Another recorder, and the bytes that went each way.
final class CountingRecorder: Recorder {
    private let inner: any Recorder
    private let bytes = Mutex<[Direction: Int]>([:])

    init(_ inner: any Recorder) {
        self.inner = inner
    }

    func total(_ direction: Direction) -> Int { bytes.withLock { $0[direction] ?? 0 } }

    func begin(_ session: SessionDescription) throws { try inner.begin(session) }

    func append(_ record: [UInt8], payload: [UInt8], to direction: Direction) throws -> TreeHead {
        bytes.withLock { $0[direction, default: 0] += record.count + payload.count }
        return try inner.append(record, payload: payload, to: direction)
    }

    func head(of direction: Direction) -> TreeHead { inner.head(of: direction) }
    func root(of direction: Direction, at size: UInt64) -> Bytes32? { inner.root(of: direction, at: size) }
    func leaf(of direction: Direction, at sequence: UInt64) -> Bytes32? { inner.leaf(of: direction, at: sequence) }
    func keep(checkpoint note: String, of direction: Direction) throws {
        try inner.keep(checkpoint: note, of: direction)
    }
    func keep(equivocation notes: [String]) throws { try inner.keep(equivocation: notes) }
}
