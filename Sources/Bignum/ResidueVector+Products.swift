internal import CMontgomery

extension ResidueVector {
    /// Element-wise products; either side may be a single element, which then serves for all. Not for secret values:
    /// the portable path may take data-dependent time.
    public func multiplied(by other: ResidueVector) -> ResidueVector {
        precondition(other.modulus == modulus, "moduli differ")
        precondition(other.count == count || other.count == 1 || count == 1, "lengths differ")
        let result = ResidueVector(
            uninitialized: count == 0 || other.count == 0 ? 0 : max(count, other.count), modulus: modulus)
        let (a, b, target, modulus) = (buffer, other.buffer, result.buffer, modulus)
        let (aStep, bStep) = (count == 1 ? 0 : 1, other.count == 1 ? 0 : 1)
        inParallel(count: result.count, minimumPart: 32) { part in
            let offset = part.lowerBound * modulus.words
            unsafe cm_mul(
                modulus.context, target.pointer + offset, a.pointer + offset * aStep, aStep,
                b.pointer + offset * bStep, bStep, part.count)
        }
        return result
    }

    /// Element-wise squares. Not for secret values.
    public func squared() -> ResidueVector {
        let result = ResidueVector(uninitialized: count, modulus: modulus)
        let (source, target, modulus) = (buffer, result.buffer, modulus)
        inParallel(count: count, minimumPart: 32) { part in
            let offset = part.lowerBound * modulus.words
            unsafe cm_sqr(modulus.context, target.pointer + offset, source.pointer + offset, part.count)
        }
        return result
    }

    /// The product of all elements; 1 for none.
    public func product() -> BigInt {
        if count == 0 { return 1 }
        var level = self
        while level.count > 1 { level = level.pairwiseProducts() }
        return level[0]
    }

    /// Element i times element i + half; an odd one out passes through at the end.
    func pairwiseProducts() -> ResidueVector {
        let half = count / 2
        let products = self[0..<half].multiplied(by: self[half..<2 * half])
        if count % 2 == 0 { return products }
        var result = products
        result.append(contentsOf: self[count - 1..<count])
        return result
    }

    /// The products of consecutive runs of `length` elements. Precondition: `length` divides `count`.
    public func productsOfRuns(of length: Int) -> ResidueVector {
        precondition(length > 0 && count % length == 0, "length must divide the count")
        let runs = count / length
        // Element (run, k) is kept at k * runs + run, so that halves of every run are halves of the whole.
        var level = gathering((0..<length).flatMap { k in (0..<runs).map { $0 * length + k } })
        var width = length
        while width > 1 {
            let half = width / 2
            var next = level[0..<half * runs].multiplied(by: level[half * runs..<2 * half * runs])
            if width % 2 == 1 { next.append(contentsOf: level[(width - 1) * runs..<width * runs]) }
            level = next
            width = half + width % 2
        }
        return level
    }

    /// Inverses of all elements by Montgomery's trick: one inversion, three products an element.
    ///
    /// The one inversion is constant time (`mpn_sec_invert`).
    /// - Throws: ``BignumError/notInvertible(index:)`` with the first element that has none.
    public func inverses() throws(BignumError) -> ResidueVector {
        try inverses { root, modulus in root.constantTimeInverse(modulo: modulus) }
    }

    /// The same for public values: the one inversion takes variable time, a tenth of the other.
    public func inversesOfPublic() throws(BignumError) -> ResidueVector {
        try inverses { root, modulus in try? root.inverse(modulo: modulus) }
    }

    /// The first element that shares a factor with the modulus: one product an element if there is none. Variable time.
    public func firstNonUnit() -> Int? {
        if BigInt.gcd(product(), modulus.value) == 1 { return nil }
        return (0..<count).first { BigInt.gcd(self[$0], modulus.value) != 1 }
    }

    private func inverses(inverting: (BigInt, BigInt) -> BigInt?) throws(BignumError) -> ResidueVector {
        if count == 0 { return self }
        var levels = [self]
        while levels[levels.count - 1].count > 1 { levels.append(levels[levels.count - 1].pairwiseProducts()) }
        let root = levels.removeLast()
        guard let inverse = inverting(root[0], modulus.value) else {
            for index in 0..<count where BigInt.gcd(self[index], modulus.value) != 1 {
                throw .notInvertible(index: index)
            }
            throw .notInvertible(index: 0)
        }
        var inverted = try ResidueVector([inverse], modulus: modulus)
        // Going down: the inverse of a product times one factor is the inverse of the other.
        for level in levels.reversed() {
            let half = level.count / 2
            let parents = inverted[0..<half]
            var next = parents.multiplied(by: level[half..<2 * half])
            next.append(contentsOf: parents.multiplied(by: level[0..<half]))
            if level.count % 2 == 1 { next.append(contentsOf: inverted[half..<half + 1]) }
            inverted = next
        }
        return inverted
    }
}
