import Bignum
import Crypto
import Testing
import Wire

@testable import PrivateSetIntersection

/// protocols/vectors/alignment.json, which a Python script computed.
@Suite("Vectors of protocols/alignment.md")
struct VectorTests {
    @Test("Hashes, slots, PRF values, tags and order", arguments: [0, 1])
    func group(index: Int) throws {
        let vector = try (field(protocolFile("vectors/alignment.json"), "groups") as [Any])[index]
        let group = try AlignmentGroup(keyBits: field(vector, "bits"))
        let (q, p) = (group.order.value, group.modulus)
        let hashes = AlignmentHashes(sessionID: try bytes(vector, "session"))
        let k = try number(vector, "k")
        var tags: [AlignmentTag] = []
        var plaintext: BigInt = 0
        let slots = BlindingSizes.slots(modulusBits: try field(vector, "bits"))
        #expect(try field(vector, "slots") == slots)
        for (position, entry) in (try field(vector, "entries") as [Any]).enumerated() {
            let h = hashes.exponent(of: try bytes(entry, "identifier"), salt: try bytes(vector, "salt"), order: q)
            #expect(h == (try number(entry, "h1")))
            let (a, t) = (try number(entry, "a"), try number(entry, "t"))
            let b = a * h + t * q + BlindingSizes.quotientShift(order: q)
            #expect(b == (try number(entry, "b")))
            let slot = a * k + b
            #expect(slot == (try number(entry, "slot")) && slot.bitWidth <= BlindingSizes.offset)
            if position < slots { plaintext += slot << (position * BlindingSizes.slot) }
            let v = slot.mod(q)
            #expect(v == (try number(entry, "v")))
            let evaluation = try group.generator.pow(v.inverse(modulo: q), modulo: p.value)
            #expect(evaluation == (try number(entry, "evaluation")))
            let element = try ResidueVector([evaluation], modulus: p).pow(secret: LimbVector([a], bits: 257))
            #expect(element[0] == (try number(entry, "element")))
            let key = hashes.keys(of: element.bigEndianBytes(), width: p.byteWidth)[0]
            #expect(key.tag.bytes == (try bytes(entry, "tag")))
            #expect(key.proof.bytes == (try bytes(entry, "proof")))
            tags.append(key.tag)
        }
        #expect(plaintext == (try number(vector, "plaintext")))
        #expect(tags.sorted().map(\.bytes) == (try field(vector, "order_tags") as [String]).map { unhex($0) })
        #expect(hashes.order(of: tags.sorted()).bytes == (try bytes(vector, "order")))
    }

    @Test("Challenge matrices and their sums")
    func challenges() throws {
        for vector in try field(protocolFile("vectors/alignment.json"), "challenges") as [Any] {
            let columns: Int = try field(vector, "columns")
            let values = (0..<columns).map { drawn("challenge/\(columns)/\($0)", bits: 581) }
            #expect(values[0] == (try number(vector, "first_value")))
            let challenge = BlindingChallenge(seed: try bytes(vector, "seed"), columns: columns)
            let sums = challenge.subsetSums(of: try LimbVector(values, bits: 581), stride: 1)
            let first: [String] = try field(vector, "first_sums")
            #expect(sums.prefix(4).map { $0.toString(radix: 16) } == first)
            let all = try sums.flatMap { try $0.bigEndianBytes(width: 80) }
            #expect(Array(SHA256.hash(data: all)) == (try bytes(vector, "sums_sha256")))
        }
    }

    private func unhex(_ text: String) -> [UInt8] {
        stride(from: 0, to: text.count, by: 2).map { at in
            let start = text.index(text.startIndex, offsetBy: at)
            return UInt8(text[start..<text.index(start, offsetBy: 2)], radix: 16) ?? 0
        }
    }

    /// The `integer` of protocols/group/vectors.py.
    private func drawn(_ label: String, bits: Int) -> BigInt {
        let count = (bits + 7) / 8
        let stream = (0..<(count + 31) / 32).flatMap {
            Array(SHA256.hash(data: Array("moiety alignment vectors/\(label)/\($0)".utf8)))
        }
        return BigInt(bigEndian: stream.prefix(count)) >> (8 * count - bits)
    }
}
