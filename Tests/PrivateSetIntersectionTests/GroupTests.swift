import Bignum
import Crypto
import Testing

@testable import PrivateSetIntersection

@Suite("Published groups")
struct GroupTests {
    @Test("The constants are those of protocols/group/parameters.json")
    func matchesFile() throws {
        let file = try protocolFile("group/parameters.json")
        #expect(try field(file, "q") == PublishedGroups.order)
        let groups: [Any] = try field(file, "groups")
        #expect(groups.count == PublishedGroups.all.count)
        for (entry, group) in zip(groups, PublishedGroups.all) {
            #expect(try field(entry, "bits") == group.bits)
            #expect(try field(entry, "P") == group.modulus)
            #expect(try field(entry, "g") == group.generator)
        }
    }

    @Test("q leaves Cheon's attack no divisor")
    func order() throws {
        let q = try AlignmentGroup(keyBits: 2048).order.value
        #expect(q.bitWidth == 256)
        #expect(q.isProbablePrime())
        #expect(((q - 1) >> 1).isProbablePrime())
        #expect((q + 1).mod(12) == 0)
        #expect(((q + 1) / 12).isProbablePrime())
    }

    @Test("P - 1 = 2 q m, all prime, and g has order q", arguments: [2048, 3072])
    func modulus(bits: Int) throws {
        let group = try AlignmentGroup(keyBits: bits)
        let (q, p) = (group.order.value, group.modulus.value)
        #expect(p.bitWidth == bits)
        #expect(p.isProbablePrime())
        let (m, rest) = (p - 1).quotientAndRemainder(dividingBy: 2 * q)
        #expect(rest == 0)
        #expect(m.isProbablePrime())
        #expect(group.generator > 1 && group.generator < p)
        #expect(try group.generator.pow(q, modulo: p) == 1)
    }

    @Test(
        "The search began where the label's hash says, and g is the label's hash to the cofactor",
        arguments: [2048, 3072])
    func derivation(bits: Int) throws {
        let label = "moiety alignment group v1"
        let group = try AlignmentGroup(keyBits: bits)
        let (q, p) = (group.order.value, group.modulus.value)
        // A search step is 12 for q and 2 q for P; the hits come within some million steps.
        let startOfQ = expanded("\(label)/q", bits: 256, topBits: true)
        #expect(q >= startOfQ - 12 && q - startOfQ < BigInt(12) << 24)
        let startOfP = expanded("\(label)/\(bits)/P", bits: bits, topBits: true)
        #expect(p >= startOfP && p - startOfP < (2 * q) << 24)
        let c = expanded("\(label)/\(bits)/g/0", bits: bits, topBits: false).mod(p)
        #expect(try c.pow((p - 1) / q, modulo: p) == group.generator)
    }

    @Test("Other sizes are refused", arguments: [0, 1024, 2047, 4096])
    func otherSizes(bits: Int) {
        #expect(throws: AlignmentError.unsupportedKeySize(bits: bits)) { _ = try AlignmentGroup(keyBits: bits) }
    }

    /// The `expand` and `with_top_bits` of protocols/group/derive.py.
    private func expanded(_ label: String, bits: Int, topBits: Bool) -> BigInt {
        var data: [UInt8] = []
        var counter = 0
        while data.count * 8 < bits {
            data += Array(SHA256.hash(data: Array("\(label)/\(counter)".utf8)))
            counter += 1
        }
        let value = BigInt(bigEndian: data) >> (data.count * 8 - bits)
        guard topBits else { return value }
        let quarter = BigInt(1) << (bits - 2)
        return value.mod(quarter) + 3 * quarter
    }
}
