extension MessageType {
    public static let binding = MessageType(rawValue: 0x0001)
    public static let abort = MessageType(rawValue: 0x0002)
    public static let commitments = MessageType(rawValue: 0x0003)
    public static let checkpoint = MessageType(rawValue: 0x0004)
    public static let cosignature = MessageType(rawValue: 0x0005)
    public static let closing = MessageType(rawValue: 0x0006)
    public static let approval = MessageType(rawValue: 0x0007)
}

/// First record of each log: the hello again (so that the log holds every byte sent), the nonce, and the identity's
/// signature over both hellos.
public struct BindingMessage: Message {
    public static let type = MessageType.binding
    public static let name = "BindingMessage"
    public let hello: Hello
    public let nonce: Bytes32
    public let signature: [UInt8]
    private let helloBytes: [UInt8]

    init(hello: Hello, nonce: Bytes32, signature: [UInt8]) throws(WireError) {
        helloBytes = try hello.encoded
        self.hello = hello
        self.nonce = nonce
        self.signature = signature
    }

    public func encode(into encoder: inout Encoder) {
        encoder.writePrefixed(helloBytes)
        encoder.write(nonce)
        encoder.writeFixed(signature)
    }

    public init(from decoder: inout Decoder) throws(WireError) {
        helloBytes = try decoder.readPrefixed(max: Hello.maximumLength)
        hello = try Hello(encoded: helloBytes)
        nonce = try decoder.readBytes32()
        signature = try decoder.readFixed(64)
    }

    /// Checks nonce and signature; returns the party that it introduces.
    public func verified(session: Bytes32, against other: Hello) throws(WireError) -> PartyDescription {
        guard Hello.commitment(to: nonce) == hello.nonceCommitment else { throw .nonceMismatch(peer: hello.name) }
        let party = try hello.party
        let message = try SessionBinding.signed(
            session: session, jobHash: hello.jobHash, signer: hello.name, hello, other)
        guard party.identity.isValid(signature: signature, of: message) else {
            throw .bindingMismatch(peer: hello.name)
        }
        return party
    }
}

/// Why the sender ends the session. Names, never contents.
public struct AbortMessage: Message {
    public static let type = MessageType.abort
    public static let name = "AbortMessage"
    public let reason: AbortReason

    public init(reason: AbortReason) {
        self.reason = reason
    }

    public func encode(into encoder: inout Encoder) {
        encoder.write(reason.kind.rawValue)
        encoder.write(reason.name)
    }

    public init(from decoder: inout Decoder) throws(WireError) {
        guard let kind = FailureKind(rawValue: try decoder.readUInt8()) else { throw .invalidValue("abort kind") }
        let name = try decoder.readString(max: 64)
        reason = AbortReason(kind, name)
        guard reason.name == name else { throw .notCanonical("an abort's name") }
    }
}

/// The sender's approval of the job: a signed note, which the receiver keeps beside its own.
public struct ApprovalMessage: Message {
    public static let type = MessageType.approval
    public static let name = "ApprovalMessage"
    public let note: String

    public init(note: String) {
        self.note = note
    }

    public func encode(into encoder: inout Encoder) { encoder.write(note) }

    public init(from decoder: inout Decoder) throws(WireError) {
        note = try decoder.readString(max: SignedNote.maximumLength)
    }
}

/// What a party fixes before the first protocol message: salted Merkle roots of its inputs, by name.
public struct InputCommitments: Message, Hashable {
    public static let type = MessageType.commitments
    public static let name = "InputCommitments"
    /// A commitment: what it is to, over how many leaves, its root.
    public struct Item: Sendable, Hashable {
        public let label: String
        public let count: UInt64
        public let root: Bytes32

        public init(label: String, count: UInt64, root: Bytes32) {
            self.label = label
            self.count = count
            self.root = root
        }
    }

    public let items: [Item]

    public init(items: [Item]) {
        self.items = items.sorted { $0.label.utf8.lexicographicallyPrecedes($1.label.utf8) }
    }

    public func encode(into encoder: inout Encoder) {
        encoder.writeArray(items) { encoder, item in
            encoder.write(item.label)
            encoder.write(item.count)
            encoder.write(item.root)
        }
    }

    public init(from decoder: inout Decoder) throws(WireError) {
        items = try decoder.readArray(max: 64, minimumBytes: 44) { decoder throws(WireError) in
            Item(
                label: try decoder.readString(max: 64), count: try decoder.readUInt64(),
                root: try decoder.readBytes32())
        }
        for (one, next) in zip(items, items.dropFirst()) {
            guard one.label.utf8.lexicographicallyPrecedes(next.label.utf8) else {
                throw .notCanonical("the order of commitments")
            }
        }
    }
}

/// The sender's signed head of what it has sent before this message. Round: which checkpoint of the session.
public struct CheckpointMessage: Message {
    public static let type = MessageType.checkpoint
    public static let name = "CheckpointMessage"
    public let note: String

    public init(note: String) {
        self.note = note
    }

    public func encode(into encoder: inout Encoder) { encoder.write(note) }

    public init(from decoder: inout Decoder) throws(WireError) {
        note = try decoder.readString(max: SignedNote.maximumLength)
    }
}

/// The receiver's cosignature of the peer's checkpoint or closing: "I received exactly this", with its time.
public struct CosignatureMessage: Message {
    public static let type = MessageType.cosignature
    public static let name = "CosignatureMessage"
    public let keyName: String
    public let bytes: [UInt8]

    public init(signature: SignedNote.Signature) {
        keyName = signature.keyName
        bytes = signature.bytes
    }

    public func encode(into encoder: inout Encoder) {
        encoder.write(keyName)
        encoder.writePrefixed(bytes)
    }

    public init(from decoder: inout Decoder) throws(WireError) {
        keyName = try decoder.readString(max: 128)
        bytes = try decoder.readPrefixed(max: 256)
    }
}

/// The sender has nothing more to say and has received everything it expects: its signed head of all that it sent before
/// (a ``ClosingNote``). Round: how many checkpoints the session had.
public struct ClosingMessage: Message {
    public static let type = MessageType.closing
    public static let name = "ClosingMessage"
    public let note: String

    public init(note: String) {
        self.note = note
    }

    public func encode(into encoder: inout Encoder) { encoder.write(note) }

    public init(from decoder: inout Decoder) throws(WireError) {
        note = try decoder.readString(max: SignedNote.maximumLength)
    }
}
