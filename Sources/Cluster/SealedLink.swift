import Crypto
import Foundation

/// A link whose messages are sealed: the network of a cluster is not private.
///
/// AES-256-GCM under a key of this run, rank and direction; the nonce is the number of the message, so one that is lost, repeated or
/// moved is not opened either.
struct SealedLink: Sendable {
    let link: any RankLink
    private let sealing: SymmetricKey
    private let opening: SymmetricKey
    private var sent: UInt64 = 0
    private var received: UInt64 = 0

    init(_ link: any RankLink, sealing: SymmetricKey, opening: SymmetricKey) {
        self.link = link
        self.sealing = sealing
        self.opening = opening
    }

    /// Seals and posts; wipes the message.
    mutating func post(_ packet: consuming PacketWriter) throws(LinkError) {
        guard packet.count <= mostMessageBytes else { throw .tooLarge(bytes: packet.count) }
        let nonce = Self.nonce(sent)
        sent += 1
        var data = packet.finish()
        defer { data.resetBytes(in: 0..<data.count) }
        guard let box = try? AES.GCM.seal(data, using: sealing, nonce: AES.GCM.Nonce(data: nonce)),
            let combined = box.combined
        else { throw .notAuthentic }
        try link.post(combined)
    }

    /// The next message, opened.
    mutating func receive(seconds: Int?) throws(LinkError) -> PacketReader {
        let sealed = try link.receive(seconds: seconds)
        // nonce || ciphertext || tag
        guard sealed.count >= 28, sealed.prefix(12) == Self.nonce(received),
            let box = try? AES.GCM.SealedBox(combined: sealed), let data = try? AES.GCM.open(box, using: opening)
        else { throw .notAuthentic }
        received += 1
        return PacketReader(data)
    }

    /// Four zero bytes || number of the message, big-endian.
    private static func nonce(_ number: UInt64) -> Data {
        Data([0, 0, 0, 0]) + Data((0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) })
    }
}
