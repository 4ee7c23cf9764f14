import Bignum
import TestSupport
import Testing
import Wire

@testable import PrivateSetIntersection

/// protocols/vectors/alignment-ecdh.json, which a Python script computed.
@Suite("Vectors of protocols/alignment-ecdh.md")
struct CurveVectorTests {
    private struct Vectors {
        let file: Any
        let hashes: AlignmentHashes
        let a, b: CurveMask
        let curve: Curve

        init() throws {
            file = try protocolFile("vectors/alignment-ecdh.json")
            hashes = AlignmentHashes(sessionID: try bytes(file, "session"))
            curve = try Curve()
            a = try CurveMask(number(file, "a"), curve)
            b = try CurveMask(number(file, "b"), curve)
        }

        func entries(_ name: String) throws -> [Any] { try field(field(file, name) as Any, "entries") }

        /// The point of an identifier, with the candidates that were tried.
        func point(_ identifier: [UInt8], _ purpose: CurvePurpose) throws -> (x: [UInt8], tries: Int, Curve.Point) {
            var tried: [[UInt8]] = []
            let points = try curve.points(of: [identifier]) { identifier, attempt in
                let candidate = hashes.candidate(of: identifier, attempt: attempt, purpose)
                tried.append(candidate)
                return candidate
            }
            return (try #require(tried.last), tried.count - 1, points[0])
        }
    }

    @Test("Points, masks, tags and order")
    func alignment() throws {
        let vectors = try Vectors()
        let inverse = try vectors.a.inverse()
        var tags: [AlignmentTag] = []
        for entry in try vectors.entries("alignment") {
            let identifier = try bytes(entry, "identifier")
            let (x, tries, point) = try vectors.point(identifier, .alignment)
            #expect(x == (try bytes(entry, "point")))
            #expect(tries == (try field(entry, "tries")))
            let masked = try vectors.a.masking(point)
            #expect(masked == (try bytes(entry, "masked")))
            let twice = try vectors.b.masking(vectors.curve.points(masked)[0])
            #expect(twice == (try bytes(entry, "twice")))
            let bare = try inverse.masking(vectors.curve.points(twice)[0])
            #expect(bare == (try bytes(entry, "bare")))
            let key = vectors.hashes.key(of: identifier, at: bare[...])
            #expect(key.tag.bytes == (try bytes(entry, "tag")))
            #expect(key.proof.bytes == (try bytes(entry, "proof")))
            tags.append(key.tag)
        }
        let result: Any = try field(vectors.file, "alignment")
        #expect(vectors.hashes.order(of: tags.sorted()).bytes == (try bytes(result, "order")))
    }

    @Test("The count's points and tags have labels of their own")
    func count() throws {
        let vectors = try Vectors()
        for entry in try vectors.entries("count") {
            let (x, tries, point) = try vectors.point(try bytes(entry, "identifier"), .count)
            #expect(x == (try bytes(entry, "point")))
            #expect(tries == (try field(entry, "tries")))
            let byCounter = try vectors.a.masking(point)
            #expect(byCounter == (try bytes(entry, "by_counter")))
            #expect(try vectors.b.masking(point) == bytes(entry, "by_helper"))
            let both = try vectors.b.masking(vectors.curve.points(byCounter)[0])
            #expect(both == (try bytes(entry, "both")))
            #expect(vectors.hashes.countTag(of: both[...]).bytes == (try bytes(entry, "tag")))
        }
    }

    @Test("Numbers that are no x-coordinate are refused, and the edges that are taken")
    func coordinates() throws {
        let vectors = try Vectors()
        let taken = try (field(vectors.file, "taken") as [String]).map { try #require(Hex.decode($0)) }
        for x in taken {
            #expect(vectors.curve.has(x[...]))
            #expect(try vectors.curve.points(x).count == 1)
        }
        let refused: [Any] = try field(vectors.file, "refused")
        #expect(refused.count > 6)
        for entry in refused {
            let x = try bytes(entry, "x")
            #expect(!vectors.curve.has(x[...]))
            #expect(throws: CurveRejection(index: 0)) { _ = try vectors.curve.points(x) }
            #expect(throws: CurveRejection(index: taken.count)) { _ = try vectors.curve.points(taken.joined() + x) }
        }
    }

    @Test("Masks lie in [1, n), and follow from the generator")
    func masks() throws {
        let curve = try Curve()
        #expect(throws: AlignmentError.degenerateValue) { _ = try CurveMask(0, curve) }
        #expect(throws: (any Error).self) { _ = try CurveMask(curve.order, curve) }
        let point = try curve.points([UInt8](repeating: 0, count: 31) + [6])[0]
        var (one, other, third) = (SplitMix(1), SplitMix(1), SplitMix(2))
        let first = try CurveMask(curve, using: &one).masking(point)
        #expect(try CurveMask(curve, using: &other).masking(point) == first)
        #expect(try CurveMask(curve, using: &third).masking(point) != first)
        // 1 changes nothing, and neither does n - 1 to an x-coordinate.
        let x = [UInt8](repeating: 0, count: 31) + [6]
        #expect(try CurveMask(1, curve).masking(point) == x)
        #expect(try CurveMask(curve.order - 1, curve).masking(point) == x)
    }
}
