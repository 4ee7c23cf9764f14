package import Wire

// The messages of protocols/alignment-ecdh.md 2 that are not those of every alignment.

extension MessageType {
    package static let maskedIdentifiers = MessageType(rawValue: 0x0120)
    package static let maskedTwice = MessageType(rawValue: 0x0121)

    /// A point for each identifier: what a transcript keeps by hash unless it keeps all.
    static let curveBulk: Set<MessageType> = [.maskedIdentifiers, .maskedTwice]
}

/// A message that is x-coordinates and nothing else.
protocol ElementMessage: Message {
    var elements: [UInt8] { get }
    init(elements: [UInt8])
}

extension ElementMessage {
    /// Bytes of a payload with so many elements.
    static func length(of count: Int) -> Int { 4 + count * Curve.width }

    package func encode(into encoder: inout Encoder) { encoder.writePrefixed(elements) }
    package init(from decoder: inout Decoder) throws(WireError) {
        self.init(elements: try decoder.readPrefixed(max: longestField))
    }
}

/// The receiver's questions, under its mask.
package struct MaskedIdentifiers: ElementMessage {
    package static let type = MessageType.maskedIdentifiers
    package static let name = "MaskedIdentifiers"
    package var elements: [UInt8]

    package init(elements: [UInt8]) { self.elements = elements }
}

/// The sender's answers: the questions under both masks, in their order.
package struct MaskedTwice: ElementMessage {
    package static let type = MessageType.maskedTwice
    package static let name = "MaskedTwice"
    package var elements: [UInt8]

    package init(elements: [UInt8]) { self.elements = elements }
}
