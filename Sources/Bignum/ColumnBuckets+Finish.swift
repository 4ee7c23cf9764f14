extension ColumnBuckets {
    /// One residue a column: the product over all rows so far.
    func finish() -> ResidueVector {
        var result = digitSums()
        let (factors, owners) = patternFactors()
        // Each column's factors in rounds, one of each column at a time.
        var left = Array(owners.enumerated())
        while !left.isEmpty {
            var seen = Set<Int>()
            let now = left.filter { seen.insert($0.element).inserted }
            let members = now.map(\.element)
            result.replace(
                members, with: result.gathering(members).multiplied(by: factors.gathering(now.map(\.offset))))
            let used = Set(now.map(\.offset))
            left.removeAll { used.contains($0.offset) }
        }
        return result
    }

    /// Columns of integers: sum_d d B_d of every digit position by running products from the top bucket down, all side by
    /// side, then the positions of a column from the top.
    private func digitSums() -> ResidueVector {
        var runs: [(column: Int, position: Int, width: Int, first: Int, length: Int)] = []
        for (index, stream) in streams.enumerated() {
            guard case .digit(let column, let position, _, let width) = stream else { continue }
            runs.append((column, position, width, first[index], stream.buckets(signed: signed)))
        }
        var running = ResidueVector(repeating: 1, count: runs.count, modulus: modulus)
        var sums = running
        for step in stride(from: runs.map(\.length).max() ?? 0, to: 0, by: -1) {
            running = running.multiplied(by: store.residues(runs.map { step <= $0.length ? $0.first + step - 1 : nil }))
            sums = sums.multiplied(by: running)
        }
        var result = ResidueVector(repeating: 1, count: columns, modulus: modulus)
        for position in stride(from: runs.map(\.position).max() ?? -1, through: 0, by: -1) {
            for width in Set(runs.map(\.width)).sorted() {
                let members = runs.indices.filter { runs[$0].position == position && runs[$0].width == width }
                var values = result.gathering(members.map { runs[$0].column })
                for _ in 0..<width { values = values.squared() }
                result.replace(members.map { runs[$0].column }, with: values.multiplied(by: sums.gathering(members)))
            }
        }
        return result
    }

    /// Columns of few values: marginal products of the joint patterns to the power of their values.
    private func patternFactors() -> (factors: ResidueVector, owners: [Int]) {
        var bases = ResidueVector(repeating: 1, count: 0, modulus: modulus)
        var exponents: [Int64] = []
        var owners: [Int] = []
        for (index, stream) in streams.enumerated() {
            guard case .pattern(let members) = stream else { continue }
            // Pattern zero has no bucket: the rows that have it are in no sum but the total.
            var table = store.residues([nil] + (0..<stream.buckets(signed: signed)).map { first[index] + $0 })
            for member in members.reversed() {
                let inner = table.count / member.values.count
                let marginals = table[inner..<table.count].productsOfRuns(of: inner)
                bases.append(contentsOf: marginals)
                let base = member.values[0]
                exponents += member.values.dropFirst().map { $0 - base }
                owners += repeatElement(member.column, count: member.values.count - 1)
                if base != 0 {
                    bases.append(contentsOf: ResidueVector.checked([total], modulus: modulus))
                    exponents.append(base)
                    owners.append(member.column)
                }
                var folded = table[0..<inner]
                for code in 1..<member.values.count {
                    folded = folded.multiplied(by: table[code * inner..<(code + 1) * inner])
                }
                table = folded
            }
        }
        let negative = exponents.indices.filter { exponents[$0] < 0 }
        if !negative.isEmpty {
            // Rows were invertible when they came, so their products are.
            guard let inverses = try? bases.gathering(negative).inversesOfPublic() else {
                preconditionFailure("a product of units is a unit")
            }
            bases.replace(negative, with: inverses)
        }
        let bits = UInt64.bitWidth - (exponents.map(\.magnitude).max() ?? 0).leadingZeroBitCount
        let magnitudes = LimbVector(count: exponents.count, bits: max(bits, 1))
        for (index, exponent) in exponents.enumerated() {
            unsafe magnitudes.buffer.pointer[index] = exponent.magnitude
        }
        return (bases.pow(secret: magnitudes), owners)
    }
}
