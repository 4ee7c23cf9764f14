import Crypto
public import Wire

/// A commitment to a list of values: the root of an RFC 6962 tree over salted leaves. A salt for every leaf, since
/// identifiers can be guessed. `protocols/transcript.md` section 7.
///
///     salt_i = HMAC-SHA256(key: master salt, "moiety/leaf-salt/v1" || label || u64 i)
///     leaf_i = SHA-256(0x00 || salt_i || value_i)
public struct InputCommitment: Sendable {
    public let item: InputCommitments.Item
    /// Secret until an audit: opens every leaf.
    public let masterSalt: [UInt8]

    /// - Parameters:
    ///   - label: what is committed to: "identifiers", "design matrix".
    ///   - values: canonical bytes of each value, in order; none is kept.
    ///   - masterSalt: 32 secret bytes, fresh when not given.
    public init(label: String, values: some Sequence<[UInt8]>, masterSalt: [UInt8]? = nil) throws(WireError) {
        let salt = masterSalt ?? SessionSeed().rawRepresentation
        item = try Self.item(label: label, values: values, masterSalt: salt)
        self.masterSalt = salt
    }

    /// A commitment to one value, which comes in parts: as one leaf it does not tell how many there are.
    public init(label: String, oneValue parts: some Sequence<[UInt8]>, masterSalt: [UInt8]? = nil) throws(WireError) {
        let salt = masterSalt ?? SessionSeed().rawRepresentation
        guard salt.count == 32 else { throw .invalidValue("salt") }
        // SHA-256(0x00 || salt_0 || value)
        var hash = SHA256()
        hash.update(data: [0x00])
        hash.update(data: try LeafSalts(label: label, masterSalt: salt).salt(of: 0).bytes)
        for part in parts { hash.update(data: part) }
        self.masterSalt = salt
        var tree = MerkleFrontier()
        tree.append(leaf: Bytes32(hash.finalize()))
        item = InputCommitments.Item(label: label, count: tree.size, root: tree.root)
    }

    /// What is shown of a commitment. Memory does not grow with the values.
    public static func item(
        label: String, values: some Sequence<[UInt8]>, masterSalt: [UInt8]
    ) throws(WireError) -> InputCommitments.Item {
        guard masterSalt.count == 32 else { throw .invalidValue("salt") }
        var tree = MerkleFrontier()
        let salts = try LeafSalts(label: label, masterSalt: masterSalt)
        for value in values { tree.append(leaf: salts.leaf(of: tree.size, value)) }
        return InputCommitments.Item(label: label, count: tree.size, root: tree.root)
    }

    /// The secret salt of one leaf.
    public static func salt(of index: UInt64, label: String, masterSalt: [UInt8]) throws(WireError) -> [UInt8] {
        try LeafSalts(label: label, masterSalt: masterSalt).salt(of: index).bytes
    }
}

/// The salts of one commitment's leaves: all that does not depend on the leaf is computed once.
private struct LeafSalts {
    private let key: KeyedCode
    /// "moiety/leaf-salt/v1" || label
    private let prefix: [UInt8]

    init(label: String, masterSalt: [UInt8]) throws(WireError) {
        var info = Encoder()
        info.writeFixed(Array("moiety/leaf-salt/v1".utf8))
        info.write(label)
        prefix = try info.finish()
        key = KeyedCode(SymmetricKey(data: masterSalt))
    }

    func salt(of index: UInt64) -> Bytes32 {
        var info = prefix
        var shift: UInt64 = 64
        while shift > 0 {
            shift -= 8
            info.append(UInt8(truncatingIfNeeded: index >> shift))
        }
        return key.code(of: info)
    }

    func leaf(of index: UInt64, _ value: [UInt8]) -> Bytes32 {
        var salted: [UInt8] = []
        salted.reserveCapacity(32 + value.count)
        salt(of: index).append(to: &salted)
        salted += value
        return MerkleHash.leaf(salted)
    }
}
