internal import Bignum
internal import Crypto

/// P-256 by its x-coordinates; `protocols/alignment-ecdh.md` 1.
///
/// Products on the curve and the check that a point lies on it are swift-crypto's. What is here finds y: for public
/// values, in variable time.
struct Curve: Sendable {
    typealias Point = P256.KeyAgreement.PublicKey

    /// Bytes of an x-coordinate.
    static let width = 32
    /// What an opening names in the place of a key's bits.
    static let bits = 256
    /// An identifier that so many tries do not bring onto the curve: probability 2^-256.
    static let mostTries: UInt32 = 256

    /// p
    private let field: Modulus
    /// B of `y^2 = x^3 - 3 x + B`
    private let constant: BigInt
    /// (p + 1) / 4: a square to this power is one of its roots, as p = 3 modulo 4.
    private let rootExponent: BigInt
    /// n, a prime.
    let order: BigInt

    init() throws(AlignmentError) {
        guard let p = BigInt("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", radix: 16),
            let b = BigInt("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", radix: 16),
            let n = BigInt("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", radix: 16),
            let field = try? Modulus(p)
        else { throw .unsupportedKeySize(bits: Self.bits) }
        self.field = field
        constant = b
        rootExponent = (p + 1) >> 2
        order = n
    }

    /// Whether the curve has a point with this x-coordinate of 32 bytes.
    func has(_ coordinate: ArraySlice<UInt8>) -> Bool { square(at: coordinate) != nil }

    /// One of the two points of each x-coordinate.
    ///
    /// - Parameter coordinates: 32 bytes each, one after the other.
    /// - Throws: ``CurveRejection`` with the first that the curve does not have.
    func points(_ coordinates: [UInt8]) throws(CurveRejection) -> [Point] {
        var squares: [BigInt] = []
        for index in 0..<coordinates.count / Self.width {
            guard let square = square(at: Self.element(index, of: coordinates)) else {
                throw CurveRejection(index: index)
            }
            squares.append(square)
        }
        return try lift(coordinates, squares)
    }

    /// P(x) of each identifier: the first candidate that the curve has. The number of tries depends on the identifier.
    ///
    /// - Throws: ``AlignmentError/degenerateValue`` when no candidate is one.
    func points(
        of identifiers: some Sequence<[UInt8]>, candidate: (_ identifier: [UInt8], _ attempt: UInt32) -> [UInt8]
    ) throws(AlignmentError) -> [Point] {
        var coordinates: [UInt8] = []
        var squares: [BigInt] = []
        for identifier in identifiers {
            var found: (coordinate: [UInt8], square: BigInt)?
            for attempt in 0..<Self.mostTries {
                let coordinate = candidate(identifier, attempt)
                if let square = square(at: coordinate[...]) {
                    found = (coordinate, square)
                    break
                }
            }
            guard let found else { throw .degenerateValue }
            coordinates += found.coordinate
            squares.append(found.square)
        }
        do { return try lift(coordinates, squares) } catch { throw .degenerateValue }
    }

    static func element(_ index: Int, of elements: [UInt8]) -> ArraySlice<UInt8> {
        elements[index * width..<(index + 1) * width]
    }

    /// x^3 - 3 x + B modulo p, if x is below p and that is a square.
    private func square(at coordinate: ArraySlice<UInt8>) -> BigInt? {
        let (x, p) = (BigInt(bigEndian: coordinate), field.value)
        guard x < p else { return nil }
        let square = (((x * x - 3).mod(p)) * x + constant).mod(p)
        // It is never 0: the group's order is odd.
        return square.jacobi(p) == 1 ? square : nil
    }

    /// The points of coordinates whose y^2 are squares.
    private func lift(_ coordinates: [UInt8], _ squares: [BigInt]) throws(CurveRejection) -> [Point] {
        guard let values = try? ResidueVector(squares, modulus: field) else { throw CurveRejection(index: 0) }
        let roots = values.pow(variableTime: rootExponent).bigEndianBytes()
        var points: [Point] = []
        points.reserveCapacity(squares.count)
        for index in squares.indices {
            // 0x04 || x || y, which swift-crypto takes for points of the curve only.
            let encoded = [4] + Self.element(index, of: coordinates) + Self.element(index, of: roots)
            guard let point = try? Point(x963Representation: encoded) else { throw CurveRejection(index: index) }
            points.append(point)
        }
        return points
    }
}

/// An x-coordinate that the curve does not have, by its position.
struct CurveRejection: Error, Equatable {
    let index: Int
}
