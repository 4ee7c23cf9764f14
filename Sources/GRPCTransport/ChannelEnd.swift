import GRPCCore
import Wire

/// Why a channel carries no more frames.
enum ChannelEnd: Error, Equatable, Sendable {
    /// The peer closed it in order, after everything that it sent.
    case closedByPeer
    /// This side closed it.
    case closedHere
    /// The connection broke, or the peer stopped answering.
    case lost
    /// The peer sent a frame over the limit.
    case frameTooLarge(limit: Int)
    /// The peer broke the framing of gRPC.
    case malformed

    /// As receivers and senders see it.
    func wireError(peer: String) -> WireError {
        switch self {
        case .closedByPeer, .closedHere: .channelClosed
        case .lost: .connectionLost(peer: peer)
        case .malformed: .malformedFrame(peer: peer)
        // The decoder stops at the announced length and does not tell it: one more than the limit is what is known.
        case .frameTooLarge(let limit): .frameTooLarge(peer: peer, bytes: limit + 1, limit: limit)
        }
    }

    /// - Parameter error: what ended the stream, as the listener sees it.
    init(_ error: any Error, limit: Int) {
        if let error = error as? RPCError, error.code == .internalError {
            self.init(violation: error.message, limit: limit)
        } else {
            self = .lost
        }
    }

    /// - Parameter status: what ended the stream, as the dialer sees it.
    init(_ status: Status, limit: Int) {
        switch status.code {
        case .ok: self = .closedByPeer
        case .internalError: self.init(violation: status.message, limit: limit)
        default: self = .lost
        }
    }

    /// gRPC's decoder stops at the length that a frame announces, before its content, and says no more than this. Its
    /// only other complaint is a frame marked as compressed, which nobody here sends.
    private init(violation message: String, limit: Int) {
        self = message.hasPrefix("Failed to decode message") ? .frameTooLarge(limit: limit) : .malformed
    }
}
