/// Lenstra, Lenstra, Lovasz (1982) in floating point: enough to show an attack on small numbers, nothing more.
struct LatticeReduction {
    private(set) var basis: [[Int]]
    private var mu: [[Double]]
    private var lengths: [Double]

    init(_ basis: [[Int]]) {
        self.basis = basis
        mu = Array(repeating: Array(repeating: 0, count: basis.count), count: basis.count)
        lengths = Array(repeating: 0, count: basis.count)
    }

    /// Reduces the basis with Lovasz' factor 0.99.
    mutating func run() {
        orthogonalise()
        var k = 1
        while k < basis.count {
            for j in (0..<k).reversed() { sizeReduce(k, by: j) }
            if lengths[k] >= (0.99 - mu[k][k - 1] * mu[k][k - 1]) * lengths[k - 1] {
                k += 1
            } else {
                swapNeighbours(k)
                k = max(1, k - 1)
            }
        }
    }

    private mutating func sizeReduce(_ k: Int, by j: Int) {
        let q = mu[k][j].rounded()
        guard q != 0 else { return }
        for column in basis[k].indices { basis[k][column] -= Int(q) * basis[j][column] }
        for column in 0..<j { mu[k][column] -= q * mu[j][column] }
        mu[k][j] -= q
    }

    /// Exchanges rows k - 1 and k and updates the orthogonal basis (Cohen, algorithm 2.6.3).
    private mutating func swapNeighbours(_ k: Int) {
        basis.swapAt(k - 1, k)
        let m = mu[k][k - 1]
        let length = lengths[k] + m * m * lengths[k - 1]
        mu[k][k - 1] = m * lengths[k - 1] / length
        lengths[k] *= lengths[k - 1] / length
        lengths[k - 1] = length
        for j in 0..<(k - 1) { (mu[k - 1][j], mu[k][j]) = (mu[k][j], mu[k - 1][j]) }
        for i in (k + 1)..<max(basis.count, k + 1) {
            let t = mu[i][k]
            mu[i][k] = mu[i][k - 1] - m * t
            mu[i][k - 1] = t + mu[k][k - 1] * mu[i][k]
        }
    }

    private mutating func orthogonalise() {
        var orthogonal: [[Double]] = []
        for i in basis.indices {
            let row = basis[i].map(Double.init)
            var rest = row
            for j in 0..<i {
                mu[i][j] = zip(row, orthogonal[j]).reduce(0) { $0 + $1.0 * $1.1 } / lengths[j]
                for column in rest.indices { rest[column] -= mu[i][j] * orthogonal[j][column] }
            }
            lengths[i] = rest.reduce(0) { $0 + $1 * $1 }
            orthogonal.append(rest)
        }
    }
}
