package import Wire

// The messages of protocols/alignment-count.md 2.

extension MessageType {
    package static let countOpening = MessageType(rawValue: 0x0110)
    package static let maskedByCounter = MessageType(rawValue: 0x0111)
    package static let maskedByHelper = MessageType(rawValue: 0x0112)
    package static let countTags = MessageType(rawValue: 0x0113)
    package static let roundedCount = MessageType(rawValue: 0x0114)

    /// A point for each identifier: what a transcript keeps by hash unless it keeps all.
    static let countBulk: Set<MessageType> = [.maskedByCounter, .maskedByHelper]
}

package struct CountOpening: Message, Hashable {
    package static let type = MessageType.countOpening
    package static let name = "CountOpening"

    package static let currentVersion: UInt16 = 2

    /// Role and set size as in an alignment; version and key bits are the count's own.
    package var opening: AlignmentOpening
    /// Carried in the place of the minimum cohort.
    package var rounding: UInt64 { opening.minimumCohort }

    package init(_ opening: AlignmentOpening) { self.opening = opening }

    package init(role: AlignmentRole, setSize: UInt64, rounding: UInt64) {
        opening = AlignmentOpening(
            role: role, keyBits: UInt16(Curve.bits), setSize: setSize, minimumCohort: rounding)
        opening.version = Self.currentVersion
    }

    package func encode(into encoder: inout Encoder) { opening.encode(into: &encoder) }
    package init(from decoder: inout Decoder) throws(WireError) { opening = try AlignmentOpening(from: &decoder) }
}

package struct MaskedByCounter: ElementMessage {
    package static let type = MessageType.maskedByCounter
    package static let name = "MaskedByCounter"
    package var elements: [UInt8]

    package init(elements: [UInt8]) { self.elements = elements }
}

package struct MaskedByHelper: ElementMessage {
    package static let type = MessageType.maskedByHelper
    package static let name = "MaskedByHelper"
    package var elements: [UInt8]

    package init(elements: [UInt8]) { self.elements = elements }
}

/// Tags of what the counter sent, under both masks, ascending.
package struct CountTags: TagMessage {
    package static let type = MessageType.countTags
    package static let name = "CountTags"
    var tags: [AlignmentTag]

    init(tags: [AlignmentTag]) { self.tags = tags }
}

package struct RoundedCount: Message, Hashable {
    package static let type = MessageType.roundedCount
    package static let name = "RoundedCount"
    package var count: UInt64

    package init(count: UInt64) { self.count = count }
    package func encode(into encoder: inout Encoder) { encoder.write(count) }
    package init(from decoder: inout Decoder) throws(WireError) { count = try decoder.readUInt64() }
}
