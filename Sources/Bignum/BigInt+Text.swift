internal import CGMP

extension BigInt {
    /// Digits in `radix` 2 to 36, either case, with an optional leading minus sign; nil for anything else.
    public init?(_ text: String, radix: Int = 10) {
        guard (2...36).contains(radix) else { return nil }
        let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        // GMP itself would skip white space.
        guard !digits.isEmpty, digits.utf8.count <= 1 << 20,
            digits.unicodeScalars.allSatisfy({ $0.isASCII }),
            digits.allSatisfy({ Int(String($0), radix: radix) != nil })
        else { return nil }
        let storage = MPInteger()
        guard unsafe __gmpz_set_str(storage.pointer, text, Int32(radix)) == 0 else { return nil }
        self.init(storage: storage)
    }

    /// Lower-case digits in `radix` 2 to 36, a minus sign in front of a negative value.
    public func toString(radix: Int = 10) -> String {
        precondition((2...36).contains(radix), "radix must be 2 to 36")
        let capacity = unsafe Int(__gmpz_sizeinbase(pointer, Int32(radix))) + 2
        let characters = unsafe [CChar](unsafeUninitializedCapacity: capacity) { buffer, count in
            unsafe buffer.initialize(repeating: 0)
            _ = unsafe __gmpz_get_str(buffer.baseAddress, Int32(radix), pointer)
            count = capacity
        }
        return String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
