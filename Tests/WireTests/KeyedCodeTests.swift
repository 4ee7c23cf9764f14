import Crypto
import Testing

@testable import Wire

/// Codes of many messages under one key are those of RFC 4231, whatever was coded before.
@Suite struct KeyedCodeTests {
    /// Test cases 1, 2 and 6 of RFC 4231, section 4.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func codes(key: [UInt8], message: String, expected: String) {
        let code = KeyedCode(SymmetricKey(data: key))
        for _ in 0..<2 { #expect(code.code(of: Array(message.utf8)).hex == expected) }
        #expect(code.code(of: []).hex != expected)
        #expect(code.code(of: Array(message.utf8)).hex == expected)
    }

    @Test func saysNothingOfItsKey() {
        let code = KeyedCode(SymmetricKey(data: Array("Jefe".utf8)))
        #expect("\(code)" == "KeyedCode(hidden)" && Mirror(reflecting: code).children.isEmpty)
    }
}
