/// Checks of proofs by somebody who has only heads (RFC 9162 section 2.1.3.2, same trees as RFC 6962).
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
}
