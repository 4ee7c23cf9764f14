package import Crypto

/// HMAC-SHA-256 of many messages under one key: what follows from the key alone is computed once. Holds a secret: does not print itself.
package struct KeyedCode: Sendable {
    private let started: HMAC<SHA256>

    package init(_ key: SymmetricKey) { started = HMAC(key: key) }

    package func code(of message: [UInt8]) -> Bytes32 {
        var code = started
        code.update(data: message)
        return Bytes32(code.finalize())
    }
}

extension KeyedCode: CustomStringConvertible, CustomReflectable {
    package var description: String { "KeyedCode(hidden)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
