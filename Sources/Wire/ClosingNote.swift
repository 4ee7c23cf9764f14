import Foundation

/// What a party signs when it closes: a tree head in the C2SP checkpoint form with one extension line.
///
///     moiety/<session>/<from>/<to>
///     <size>
///     <base64 root>
///     closing <size> <base64 root>
///
/// The last line is the head of the opposite direction that the sender had received. No checkpoint has it, so that neither
/// note can pass for the other. `protocols/transcript.md` section 4.
public struct ClosingNote: Sendable, Hashable {
    /// Where the note lies and what it signs: all records before the closing.
    public let checkpoint: Checkpoint
    public let received: TreeHead

    public init(origin: String, head: TreeHead, received: TreeHead) {
        checkpoint = Checkpoint(origin: origin, head: head)
        self.received = received
    }

    /// Strict: exactly what `text` writes.
    public init(text: String) throws(WireError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 5, lines[4].isEmpty else { throw .notCanonical("a closing note") }
        checkpoint = try Checkpoint(text: lines[0..<3].joined(separator: "\n") + "\n")
        let words = lines[3].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "closing", let size = UInt64(words[1]),
            let bytes = Data(base64Encoded: String(words[2])), let root = Bytes32(Array(bytes))
        else { throw .notCanonical("a closing note") }
        received = TreeHead(size: size, root: root)
        guard self.text.utf8.elementsEqual(text.utf8) else { throw .notCanonical("a closing note") }
    }

    public var text: String {
        "\(checkpoint.text)closing \(received.size) \(Data(received.root.bytes).base64EncodedString())\n"
    }
}

extension Checkpoint {
    /// The head that a note is about, be it a checkpoint's or a closing's: for readers of files that hold either.
    public init(ofEither text: String) throws(WireError) {
        do { self = try Checkpoint(text: text) } catch { self = try ClosingNote(text: text).checkpoint }
    }
}
