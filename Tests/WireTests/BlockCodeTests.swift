import Crypto
import Testing

@testable import Wire

/// Codes of blocks are those of AES-256 by FIPS 197, each block by itself.
@Suite struct BlockCodeTests {
    private let code = BlockCode(SymmetricKey(data: (0..<32).map { UInt8($0) }))

    /// FIPS 197, appendix C.3.
    @Test func codes() {
        let block = (0..<16).map { UInt8($0 * 0x11) }
        #expect(code.heads(of: block) == [0x8ea2_b7ca])
        let other = block.map { $0 ^ 1 }
        let heads = code.heads(of: block + other + block)
        #expect(heads.count == 3 && heads[0] == heads[2] && [heads[1]] == code.heads(of: other) && heads[1] != heads[0])
        #expect(code.heads(of: []).isEmpty)
    }

    @Test func saysNothingOfItsKey() {
        #expect("\(code)" == "BlockCode(hidden)" && Mirror(reflecting: code).children.isEmpty)
    }
}
