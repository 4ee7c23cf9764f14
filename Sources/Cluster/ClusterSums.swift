import Bignum
import Synchronization

/// One accumulator's rows at the other ranks: each keeps its rows' buckets until the sum is read off.
final class ClusterSums: ColumnShares {
    let expectedOwnRows: Int
    private let id: UInt32
    private let columns: Int
    private let modulus: Modulus
    private let executor: ClusterExecutor

    init(_ profiles: [ColumnProfile], modulus: Modulus, expectedRows: Int, executor: ClusterExecutor) {
        columns = profiles.count
        self.modulus = modulus
        self.executor = executor
        id = executor.newID()
        let parts = executor.parts(of: expectedRows)
        expectedOwnRows = parts[0].count
        _ = executor.attempt { [id] ranks throws(ClusterFailure) in
            for (index, part) in parts.dropFirst().enumerated() {
                try ranks.post(
                    .openSums(id: id, profiles: profiles, modulus: modulus, expectedRows: part.count), to: index)
            }
        }
    }

    deinit { executor.release(.closeSums(id: id)) }

    func ownRows(of rows: Int) -> Int { executor.parts(of: rows)[0].count }

    func add(variableTime rows: ResidueVector, _ scalars: [[Int64]]) {
        // What is left after this rank's part, in the others' proportions.
        _ = executor.attempt { [id] ranks throws(ClusterFailure) in
            for (index, part) in executor.otherParts(of: rows.count).enumerated() where !part.isEmpty {
                try ranks.post(
                    .addRows(id: id, rows: rows[part], scalars: SecretScalars(scalars.map { Array($0[part]) })),
                    to: index)
            }
            try ranks.flush()
        }
    }

    func finish(beside own: Int) -> ResidueVector {
        let product = executor.attempt { [id, columns, modulus] ranks throws(ClusterFailure) in
            let others = executor.reports.count - 1
            try ranks.tellAll(.finishSums(id: id))
            try ranks.flush()
            var product = ResidueVector(repeating: 1, count: columns, modulus: modulus)
            for index in 0..<others {
                product = product.multiplied(by: try ranks.residues(columns, modulus, from: index, beside: own))
            }
            return product
        }
        return product ?? ResidueVector(repeating: 0, count: columns, modulus: modulus)
    }
}
