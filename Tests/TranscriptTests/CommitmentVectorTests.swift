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

    struct Inputs: Decodable {
        struct Over: Decodable {
            let salt: String
            let cells: [String: [String]]
            let roots: [String: String]
        }
        let over: [Over]
    }

    /// Roots of inputs over a cohort: `protocols/vectors/inputs.json`.
    @Test func rootsOfInputs() throws {
        var roots: [String] = []
        for over in try Repository.vectors("inputs", as: Inputs.self).over {
            let salt = try #require(Hex.decode(over.salt))
            for (column, cells) in over.cells {
                let values = try cells.map { try #require(Hex.decode($0)) }
                let item = try InputCommitment.item(label: column, values: values, masterSalt: salt)
                #expect(item.root.hex == over.roots[column])
                #expect(item == (try InputCommitment(label: column, values: values, masterSalt: salt).item))
                roots.append(item.root.hex)
                // The same cells as another column: nobody can link them.
                #expect(
                    try InputCommitment.item(label: column + "2", values: values, masterSalt: salt).root.hex
                        != over.roots[column])
            }
        }
        #expect(Set(roots).count == 6)
        #expect(throws: WireError.self) { try InputCommitment.item(label: "x", values: [], masterSalt: []) }
    }

    /// A leaf that comes in parts is that of the whole value.
    @Test func oneValueInParts() throws {
        let salt = [UInt8](repeating: 7, count: 32)
        let parts: [[UInt8]] = [[1, 2], [], [3]]
        #expect(
            try InputCommitment(label: "table", oneValue: parts, masterSalt: salt).item
                == InputCommitment.item(label: "table", values: [[1, 2, 3]], masterSalt: salt))
        #expect(throws: WireError.self) { try InputCommitment(label: "table", oneValue: parts, masterSalt: []) }
    }
}
