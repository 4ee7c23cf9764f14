import Testing

@testable import Wire

/// The inputs and roots of RFC 6962's reference implementation (certificate-transparency's merkle_tree_test).
@Suite struct MerkleTests {
    static let inputs = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    static let tree = MerkleTree(leaves: inputs.map { MerkleHash.leaf(Hex.decode($0) ?? []) })

    @Test func knownRoots() {
        #expect(MerkleHash.empty.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for (index, root) in Self.roots.enumerated() {
            #expect(Self.tree.root(at: UInt64(index + 1))?.hex == root)
        }
        #expect(Self.tree.root(at: 9) == nil)
    }

    @Test func knownProofs() {
        #expect(
            Self.tree.inclusionProof(of: 0, at: 8)?.map(\.hex) == [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ])
    }

    @Test func everyProofVerifiesAndNoOtherDoes() throws {
        let tree = MerkleTree(leaves: (0..<21).map { MerkleHash.leaf([UInt8($0)]) })
        for size in 1...UInt64(21) {
            let head = TreeHead(size: size, root: try #require(tree.root(at: size)))
            for index in 0..<size {
                let proof = try #require(tree.inclusionProof(of: index, at: size))
                let leaf = tree.leaves[Int(index)]
                #expect(MerkleProof.verifyInclusion(of: leaf, at: index, in: head, proof: proof))
                #expect(
                    !MerkleProof.verifyInclusion(of: leaf, at: (index + 1) % size, in: head, proof: proof) || size == 1)
                #expect(!MerkleProof.verifyInclusion(of: leaf, at: index, in: head, proof: proof + [.zero]))
                #expect(!MerkleProof.verifyInclusion(of: .zero, at: index, in: head, proof: proof))
            }
        }
    }
}
