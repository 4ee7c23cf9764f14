import Bignum
import Foundation
import Paillier
import TestSupport

/// A fixed stream, so that a failing test can be run again.
func generator(_ name: String) -> SeededGenerator { SeededGenerator(seed: Array(name.utf8)) }

/// A small key, the same in every test that asks for the same size.
func testKey(_ bits: Int = 512) throws -> PrivateKey {
    var source = generator("key \(bits)")
    return try PrivateKey.generateUnchecked(bits: bits, using: &source)
}

func hex(_ text: String) throws -> BigInt {
    guard let value = BigInt(text, radix: 16) else { throw VectorError.notHexadecimal }
    return value
}

func bytes(_ text: String) throws -> [UInt8] {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0 else { throw VectorError.notHexadecimal }
    return try stride(from: 0, to: digits.count, by: 2).map { at in
        guard let value = UInt8(String(decoding: digits[at..<at + 2], as: UTF8.self), radix: 16) else {
            throw VectorError.notHexadecimal
        }
        return value
    }
}

enum VectorError: Error { case notHexadecimal, unknownError(String) }

/// Reads `protocols/vectors/NAME.json`.
func vectors<V: Decodable>(_ name: String, as type: V.Type) throws -> V {
    try Repository.vectors(name, as: type)
}

extension LimbVector {
    init(integers: [BigInt]) throws { try self.init(integers, bits: integers.map(\.bitWidth).max() ?? 1) }
}
