/// Hashes that bind a session to its two parties. `protocols/wire.md` section 5.
public enum SessionBinding {
    /// SHA-256("moiety/session/v1" || job || name || key || nonce || name || key || nonce), names length-prefixed, the
    /// party whose name sorts first (by bytes) first.
    public static func sessionID(
        jobHash: Bytes32, _ one: (hello: Hello, nonce: Bytes32), _ other: (hello: Hello, nonce: Bytes32)
    ) throws(WireError) -> Bytes32 {
        var encoder = Encoder()
        encoder.writeFixed(Array("moiety/session/v1".utf8))
        encoder.write(jobHash)
        for (hello, nonce) in sorted(one, other) {
            encoder.write(hello.name)
            encoder.writeFixed(hello.identity)
            encoder.write(nonce)
        }
        return Bytes32(hashing: try encoder.finish())
    }

    /// What an identity signs: "moiety/binding/v1" || session || job || signer's name || SHA-256 of each hello, in the
    /// order of the names. The hellos hold both certificates' fingerprints and the session's keys.
    static func signed(
        session: Bytes32, jobHash: Bytes32, signer: String, _ one: Hello, _ other: Hello
    ) throws(WireError) -> [UInt8] {
        var encoder = Encoder()
        encoder.writeFixed(Array("moiety/binding/v1".utf8))
        encoder.write(session)
        encoder.write(jobHash)
        encoder.write(signer)
        for (hello, _) in sorted((one, Bytes32.zero), (other, Bytes32.zero)) {
            encoder.write(Bytes32(hashing: try hello.encoded))
        }
        return try encoder.finish()
    }

    private static func sorted(
        _ one: (hello: Hello, nonce: Bytes32), _ other: (hello: Hello, nonce: Bytes32)
    ) -> [(hello: Hello, nonce: Bytes32)] {
        one.hello.name.utf8.lexicographicallyPrecedes(other.hello.name.utf8) ? [one, other] : [other, one]
    }
}
