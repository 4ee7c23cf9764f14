internal import CMontgomery

/// An odd modulus with what the arithmetic needs precomputed. Make it once, share it.
@safe public final class Modulus: @unchecked Sendable {
    public let value: BigInt
    /// The number of which this is the square, if that was said.
    package let root: BigInt?
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
    public convenience init(_ odd: BigInt, path: ArithmeticPath) throws(BignumError) {
        try self.init(odd, root: nil, path: path)
    }

    /// The square of a number: the same results as from the square alone, in less time. Errors as above.
    public convenience init(squareOf root: BigInt) throws(BignumError) { try self.init(squareOf: root, path: .current) }

    public convenience init(squareOf root: BigInt, path: ArithmeticPath) throws(BignumError) {
        if root < 2 { throw .invalidModulus }
        try self.init(root * root, root: root, path: path)
    }

    private init(_ odd: BigInt, root: BigInt?, path: ArithmeticPath) throws(BignumError) {
        if odd < 2 { throw .invalidModulus }
        if !odd.isOdd { throw .evenModulus }
        if odd.bitWidth > Modulus.maximumBits { throw .tooLarge(bits: odd.bitWidth) }
        value = odd
        self.root = root
        bitWidth = odd.bitWidth
        byteWidth = (odd.bitWidth + 7) / 8
        let given = root ?? odd
        // Wiped when it goes: the modulus may be secret.
        let limbs = LimbBuffer(words: given.limbCount)
        for index in 0..<given.limbCount { unsafe limbs.pointer[index] = given.limb(index) }
        let make = unsafe root == nil ? cm_ctx_new : cm_ctx_new_square
        guard let context = unsafe make(limbs.pointer, limbs.words, path.code) else {
            throw .tooLarge(bits: odd.bitWidth)
        }
        unsafe self.context = context
        words = unsafe cm_words(context)
    }

    deinit { unsafe cm_ctx_free(context) }

    /// The implementation in use: a slower one than was asked for where that one does not serve the size.
    public var path: ArithmeticPath { ArithmeticPath(code: unsafe cm_ctx_path(context)) ?? .portable }

    var limbCount: Int { value.limbCount }
}

extension Modulus: Hashable {
    /// Residues of equal moduli have one form and may be mixed.
    public static func == (a: Modulus, b: Modulus) -> Bool {
        a === b || (a.value == b.value && a.root == b.root && a.path == b.path)
    }
    public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
