/// What a column's scalars are in the buckets of one stream, wiped when nobody has it any more.
///
/// Unchecked: nothing is written before the end, when no other thread has it.
@safe final class SecretCodes: @unchecked Sendable {
    private(set) var codes: [Int32]

    /// - Parameter codes: held by nobody else.
    init(_ codes: consuming [Int32]) { self.codes = codes }

    deinit { codes.wipe() }
}
