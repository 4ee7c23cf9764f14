import Cluster
import Foundation
import Synchronization

/// Two ends of a channel within this process.
final class LinkEnd: RankLink {
    private let incoming: Pipe
    private let outgoing: Pipe
    /// What becomes of a message on its way; nil where it is lost.
    private let change: @Sendable (Data, Int) -> Data?
    private let sent = Mutex(0)

    final class Pipe: Sendable {
        private let messages = Mutex<[Data]>([])
        private let count = DispatchSemaphore(value: 0)

        func put(_ message: Data) {
            messages.withLock { $0.append(message) }
            count.signal()
        }

        func take(within time: DispatchTime) -> Data? {
            guard count.wait(timeout: time) == .success else { return nil }
            return messages.withLock { $0.removeFirst() }
        }
    }

    private init(_ incoming: Pipe, _ outgoing: Pipe, change: @escaping @Sendable (Data, Int) -> Data?) {
        self.incoming = incoming
        self.outgoing = outgoing
        self.change = change
    }

    /// - Parameter change: of what the second one sends, with the message's number.
    static func pair(
        change: @escaping @Sendable (Data, Int) -> Data? = { message, _ in message }
    ) -> (first: LinkEnd, second: LinkEnd) {
        let (one, two) = (Pipe(), Pipe())
        return (LinkEnd(one, two) { message, _ in message }, LinkEnd(two, one, change: change))
    }

    func post(_ message: Data) throws(LinkError) {
        let number = sent.withLock { number in
            defer { number += 1 }
            return number
        }
        if let arriving = change(message, number) { outgoing.put(arriving) }
    }

    func flush(seconds: Int?) throws(LinkError) {}

    func receive(seconds: Int?) throws(LinkError) -> Data {
        guard let message = incoming.take(within: seconds.map { .now() + .seconds($0) } ?? .distantFuture) else {
            throw .silent(seconds: seconds ?? 0)
        }
        return message
    }
}
