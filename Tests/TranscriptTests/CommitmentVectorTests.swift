import Foundation
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// The `commitment` of `protocols/vectors/wire.json`.
@Suite struct CommitmentVectorTests {
    struct Vectors: Decodable {
        struct Commitment: Decodable {
            let masterSalt: String
            let label: String
            let values: [String]
            let salts: [String]
            let root: String
        }
        let commitment: Commitment
    }

    @Test func saltsAndRoot() throws {
        let vector = try Repository.vectors("wire", as: Vectors.self).commitment
        let master = try #require(Hex.decode(vector.masterSalt))
        for (index, salt) in vector.salts.enumerated() {
            let made = try InputCommitment.salt(of: UInt64(index), label: vector.label, masterSalt: master)
            #expect(Hex.encode(made) == salt)
        }
        let values = try vector.values.map { try #require(Hex.decode($0)) }
        #expect(
            try InputCommitment(label: vector.label, values: values, masterSalt: master).item.root.hex == vector.root)
    }
}
