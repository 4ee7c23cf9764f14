internal import CMontgomery

/// An odd modulus with what the arithmetic needs precomputed. Make it once, share it.
@safe public final class Modulus: @unchecked Sendable {
    public let value: BigInt
    public let bitWidth: Int
    /// Bytes of the canonical fixed-width form of a residue.
    public let byteWidth: Int
    let context: OpaquePointer
    /// 64-bit words of a residue in flat storage.
    let words: Int

    /// Widest modulus taken: more than any parameter of this package needs, little enough to bound memory.
    public static let maximumBits = 32768

    /// - Throws: ``BignumError/invalidModulus`` below 2, ``BignumError/evenModulus``, ``BignumError/tooLarge(bits:)``.
    public convenience init(_ odd: BigInt) throws(BignumError) { try self.init(odd, path: .current) }

    /// On a path of the caller's choice, as far as the processor has it: for tests and benchmarks.
    public init(_ odd: BigInt, path: ArithmeticPath) throws(BignumError) {
        if odd < 2 { throw .invalidModulus }
        if !odd.isOdd { throw .evenModulus }
        if odd.bitWidth > Modulus.maximumBits { throw .tooLarge(bits: odd.bitWidth) }
        value = odd
        bitWidth = odd.bitWidth
        byteWidth = (odd.bitWidth + 7) / 8
        let limbs = (0..<odd.limbCount).map { odd.limb($0) }
        guard let context = unsafe cm_ctx_new(limbs, limbs.count, path.code) else {
            throw .tooLarge(bits: odd.bitWidth)
        }
        unsafe self.context = context
        words = unsafe cm_words(context)
    }

    deinit { unsafe cm_ctx_free(context) }

    /// The implementation in use: the portable one also for sizes that the other does not serve.
    public var path: ArithmeticPath { unsafe cm_ctx_path(context) == CM_PATH_IFMA ? .ifma : .portable }

    var limbCount: Int { value.limbCount }
}

extension Modulus: Hashable {
    public static func == (a: Modulus, b: Modulus) -> Bool { a === b || (a.value == b.value && a.path == b.path) }
    public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
