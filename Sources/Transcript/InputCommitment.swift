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
    private let tree: MerkleTree

    /// - Parameters:
    ///   - label: what is committed to: "identifiers", "design matrix".
    ///   - values: canonical bytes of each value, in order.
    ///   - masterSalt: 32 secret bytes, fresh when not given.
    public init(label: String, values: some Sequence<[UInt8]>, masterSalt: [UInt8]? = nil) throws(WireError) {
        let salt = masterSalt ?? SessionSeed().rawRepresentation
        guard salt.count == 32 else { throw .invalidValue("salt") }
        var tree = MerkleTree()
        var index: UInt64 = 0
        for value in values {
            tree.append(leaf: MerkleHash.leaf(try Self.salt(of: index, label: label, masterSalt: salt) + value))
            index += 1
        }
        self.masterSalt = salt
        self.tree = tree
        item = InputCommitments.Item(label: label, count: tree.size, root: tree.head.root)
    }

    /// The commitment without its tree: for whoever opens all of it or nothing. Memory does not grow with the values.
    public static func item(
        label: String, values: some Sequence<[UInt8]>, masterSalt: [UInt8]
    ) throws(WireError) -> InputCommitments.Item {
        guard masterSalt.count == 32 else { throw .invalidValue("salt") }
        var tree = MerkleFrontier()
        for value in values {
            tree.append(leaf: MerkleHash.leaf(try salt(of: tree.size, label: label, masterSalt: masterSalt) + value))
        }
        return InputCommitments.Item(label: label, count: tree.size, root: tree.root)
    }

    /// The secret salt of one leaf: shown together with the value, it opens that leaf alone.
    public static func salt(of index: UInt64, label: String, masterSalt: [UInt8]) throws(WireError) -> [UInt8] {
        var info = Encoder()
        info.writeFixed(Array("moiety/leaf-salt/v1".utf8))
        info.write(label)
        info.write(index)
        let key = SymmetricKey(data: masterSalt)
        return Array(HMAC<SHA256>.authenticationCode(for: try info.finish(), using: key))
    }

    public func proof(of index: UInt64) -> [Bytes32]? { tree.inclusionProof(of: index, at: tree.size) }

    /// Whether a value and its salt are leaf `index` of a commitment.
    public static func isOpened(
        _ item: InputCommitments.Item, at index: UInt64, value: [UInt8], salt: [UInt8], proof: [Bytes32]
    ) -> Bool {
        salt.count == 32
            && MerkleProof.verifyInclusion(
                of: MerkleHash.leaf(salt + value), at: index, in: TreeHead(size: item.count, root: item.root),
                proof: proof)
    }
}
