/// Checks of proofs by somebody who has only heads (RFC 9162 sections 2.1.3.2 and 2.1.4.2, same trees as RFC 6962).
public enum MerkleProof {
    /// Whether `leaf` is number `index` of the tree with that head.
    public static func verifyInclusion(of leaf: Bytes32, at index: UInt64, in head: TreeHead, proof: [Bytes32]) -> Bool
    {
        guard index < head.size, proof.count <= 64 else { return false }
        var node = index
        var last = head.size - 1
        var hash = leaf
        for sibling in proof {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                hash = MerkleHash.node(sibling, hash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = MerkleHash.node(hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && hash == head.root
    }

    /// Whether the tree of `old` is a prefix of the tree of `new`.
    public static func verifyConsistency(from old: TreeHead, to new: TreeHead, proof: [Bytes32]) -> Bool {
        guard old.size <= new.size, proof.count <= 65 else { return false }
        if old.size == new.size { return proof.isEmpty && old.root == new.root }
        if old.size == 0 { return proof.isEmpty && old.root == MerkleHash.empty }
        var path = proof[...]
        if old.size.nonzeroBitCount == 1 { path = [old.root] + path }
        guard let first = path.popFirst() else { return false }
        var node = old.size - 1
        var last = new.size - 1
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        var oldHash = first
        var newHash = first
        for sibling in path {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                oldHash = MerkleHash.node(sibling, oldHash)
                newHash = MerkleHash.node(sibling, newHash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                newHash = MerkleHash.node(newHash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == old.root && newHash == new.root
    }
}
