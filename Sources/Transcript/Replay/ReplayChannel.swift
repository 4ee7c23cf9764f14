import Synchronization
import Wire

/// What the peer sent, from the log; what is sent goes nowhere.
final class ReplayChannel: PeerChannel {
    private let reader: Mutex<LogReader>

    init(_ layout: TranscriptLayout, name: String) throws(TranscriptError) {
        var reader = try LogReader(layout, name)
        // The binding was before the session that is replayed.
        _ = try reader.next()
        self.reader = Mutex(reader)
    }

    func send(_ frame: [UInt8]) async throws {}

    func receive() async throws -> [UInt8] {
        try Task.checkCancellation()
        let item = try reader.withLock { reader in try reader.next() }
        guard case .entry(let entry) = item, let payload = entry.payload else { throw WireError.channelClosed }
        return try Session.frame(record: entry.record, payload: payload)
    }

    func close() async {}
}
