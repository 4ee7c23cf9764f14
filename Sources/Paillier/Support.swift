internal import Bignum
internal import Dispatch
internal import Synchronization

/// The results of `body` for 0..<count in order, computed on all cores when there are enough.
func concurrentMap<T: Sendable>(_ count: Int, _ body: @Sendable (Int) -> T) -> [T] {
    let parts = min(Processors.available, max(1, count / 32))
    if parts == 1 { return (0..<count).map(body) }
    let results = Mutex([[T]](repeating: [], count: parts))
    DispatchQueue.concurrentPerform(iterations: parts) { part in
        let own = (count * part / parts..<count * (part + 1) / parts).map(body)
        results.withLock { $0[part] = own }
    }
    return results.withLock { Array($0.joined()) }
}

/// Big-endian bytes.
func withUnsignedBytes(of value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

extension BigInt {
    /// For a non-negative value that fits by construction.
    func fixedBytes(width: Int) -> [UInt8] {
        guard let bytes = try? bigEndianBytes(width: width) else { preconditionFailure("value does not fit its width") }
        return bytes
    }
}

extension LimbVector {
    /// For values that fit by construction.
    static func trusted(_ values: [BigInt], bits: Int) -> LimbVector {
        guard let vector = try? LimbVector(values, bits: bits) else { preconditionFailure("value does not fit") }
        return vector
    }
}

extension ResidueVector {
    /// For values that are in range by construction.
    static func trusted(_ values: [BigInt], modulus: Modulus) -> ResidueVector {
        guard let vector = try? ResidueVector(values, modulus: modulus) else {
            preconditionFailure("value out of range")
        }
        return vector
    }
}
