import Crypto

/// The hashes of RFC 6962 section 2.1, with SHA-256.
public enum MerkleHash {
    /// SHA-256 of nothing: the root of the empty tree.
    public static let empty = Bytes32(SHA256().finalize())

    /// SHA-256(0x00 || data)
    public static func leaf(_ data: [UInt8]) -> Bytes32 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 + data.count)
        bytes.append(0x00)
        bytes += data
        return Bytes32(SHA256.hash(data: bytes))
    }

    /// SHA-256(0x01 || left || right)
    public static func node(_ left: Bytes32, _ right: Bytes32) -> Bytes32 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(65)
        bytes.append(0x01)
        left.append(to: &bytes)
        right.append(to: &bytes)
        return Bytes32(SHA256.hash(data: bytes))
    }
}

/// Size and root of a log at one moment.
public struct TreeHead: Sendable, Hashable {
    public let size: UInt64
    public let root: Bytes32

    public static let empty = TreeHead(size: 0, root: MerkleHash.empty)

    public init(size: UInt64, root: Bytes32) {
        self.size = size
        self.root = root
    }
}

/// The roots of the perfect subtrees that make up a tree, largest first: all that is needed to go on appending, in
/// O(log n) space (a compact range from 0).
public struct MerkleFrontier: Sendable, Hashable {
    public private(set) var size: UInt64 = 0
    private var peaks: [Bytes32] = []

    public init() {}

    public mutating func append(leaf: Bytes32) {
        var hash = leaf
        var carry = size
        // Each trailing one bit of the size is a perfect subtree of equal height waiting for its right sibling.
        while carry & 1 == 1, let left = peaks.popLast() {
            hash = MerkleHash.node(left, hash)
            carry >>= 1
        }
        peaks.append(hash)
        size += 1
    }

    public var root: Bytes32 {
        guard var hash = peaks.last else { return MerkleHash.empty }
        for peak in peaks.dropLast().reversed() { hash = MerkleHash.node(peak, hash) }
        return hash
    }

    public var head: TreeHead { TreeHead(size: size, root: root) }
}

/// A tree that remembers its leaves: 64 bytes a record, for proofs and for the roots of all its prefixes.
public struct MerkleTree: Sendable {
    public private(set) var leaves: [Bytes32] = []
    private var prefixRoots: [Bytes32] = [MerkleHash.empty]
    private var frontier = MerkleFrontier()

    public init() {}

    public init(leaves: some Sequence<Bytes32>) {
        for leaf in leaves { append(leaf: leaf) }
    }

    @discardableResult
    public mutating func append(leaf: Bytes32) -> TreeHead {
        leaves.append(leaf)
        frontier.append(leaf: leaf)
        let root = frontier.root
        prefixRoots.append(root)
        return TreeHead(size: UInt64(leaves.count), root: root)
    }

    public var size: UInt64 { UInt64(leaves.count) }
    public var head: TreeHead { TreeHead(size: size, root: prefixRoots[leaves.count]) }

    /// Root of the first `size` leaves; `nil` if there are fewer.
    public func root(at size: UInt64) -> Bytes32? {
        guard size <= self.size else { return nil }
        return prefixRoots[Int(size)]
    }

    /// RFC 6962 section 2.1.1: the audit path of leaf `index` in the tree of the first `size` leaves.
    public func inclusionProof(of index: UInt64, at size: UInt64) -> [Bytes32]? {
        guard index < size, size <= self.size else { return nil }
        return path(Int(index), 0..<Int(size))
    }

    // PATH(m, D[n]) of the RFC, over a range of leaves.
    private func path(_ index: Int, _ range: Range<Int>) -> [Bytes32] {
        guard range.count > 1 else { return [] }
        let split = range.lowerBound + Self.split(range.count)
        return index < split
            ? path(index, range.lowerBound..<split) + [subtree(split..<range.upperBound)]
            : path(index, split..<range.upperBound) + [subtree(range.lowerBound..<split)]
    }

    private func subtree(_ range: Range<Int>) -> Bytes32 {
        var frontier = MerkleFrontier()
        for leaf in leaves[range] { frontier.append(leaf: leaf) }
        return frontier.root
    }

    /// The largest power of two below `count` (which is over one).
    private static func split(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
