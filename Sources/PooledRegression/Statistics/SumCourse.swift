import SecureSums
import Wire

/// Where a computation over sums stands: everything that follows from the sums opened so far, by the same operations in the same order at
/// every site.
protocol SumCourse: Sendable {
    associatedtype Rows: Sendable

    /// What is summed next; nil at the end.
    var step: CourseStep? { get }

    /// - Parameter sums: modulo 2^128, as many as the step has.
    /// - Throws: ``PooledError`` where there is no result.
    mutating func take(_ sums: [UInt128]) throws(PooledError)

    /// A site's objections, one for each vote of the step; nil for a step of numbers.
    func objections(of rows: Rows) -> [Bool]?

    /// A site's vector of a step of numbers.
    ///
    /// - Parameter draw: what the site's secret gives for this vector.
    /// - Throws: `outOfScale`: nothing of this site leaves.
    func numbers(of rows: Rows, draw: CourseDraw) throws(PooledError) -> [UInt128]
}

/// What a site draws into one vector: the same when the vector is made again.
struct CourseDraw: Sendable {
    let secret: SiteSecret
    let input: Bytes32
    let point: Bytes32

    /// 0 where the site has no objection.
    func votes(_ objections: [Bool]) -> [UInt128] {
        let vetoes = secret.vetoes(input: input, point: point, count: objections.count)
        return zip(objections, vetoes).map { $0 ? $1 : 0 }
    }

    func noise() -> ProtocolRandomness { secret.noise(input: input, point: point) }
}

/// One vector to be summed.
struct CourseStep: Sendable, Equatable {
    let name: String
    /// All that the vector depends on beside the rows.
    let numbers: [Double]
    /// Numbers in the vector.
    let count: Int

    /// Most numbers that a message of sums holds.
    static let most = 1 << 15

    /// H("moiety/rows/point/v1", text name, array of numbers)
    var point: Bytes32 {
        get throws {
            var encoder = Encoder()
            encoder.writeFixed(Array("moiety/rows/point/v1".utf8))
            encoder.write(name)
            encoder.writeArray(numbers) { $0.write($1) }
            return Bytes32(hashing: try encoder.finish())
        }
    }
}

/// A course as a program of sums. All sites are in each of them.
struct CourseProgram<Course: SumCourse>: SumProgram {
    /// Before any sum.
    let start: Course
    let siteCount: Int
    /// Nil for a verifier, which has none.
    let own: Own?

    struct Own: Sendable {
        let rows: Course.Rows
        /// Hash of the rows.
        let input: Bytes32
        let secret: SiteSecret
    }

    var input: Bytes32 { own?.input ?? .zero }

    /// - Throws: `voteTakenBack` where an objection of this site's met a sum of 0: nothing of it leaves any more.
    func course(after sums: [OpenedSum]) throws -> Course {
        var course = start
        for sum in sums {
            guard sum.values.count == course.step?.count else { throw SumError.badState("a sum has another length") }
            guard sum.sites == Array(0..<siteCount) else { throw SumError.badState("a sum lacks a site") }
            if let own, let objections = course.objections(of: own.rows),
                zip(objections, sum.values).contains(where: { $0 && $1 == 0 })
            {
                throw PooledError.voteTakenBack
            }
            try course.take(sum.values)
        }
        return course
    }

    func next(after sums: [OpenedSum]) throws -> SumStep<Course>? {
        let course = try course(after: sums)
        guard let step = course.step else { return nil }
        return SumStep(name: step.name, point: try step.point, count: step.count, request: course)
    }

    func contribution(to request: Course) throws -> [UInt128] {
        guard let own else { throw PooledError.badRows("there are none", row: nil) }
        guard let step = request.step else { return [] }
        let draw = CourseDraw(secret: own.secret, input: own.input, point: try step.point)
        if let objections = request.objections(of: own.rows) { return draw.votes(objections) }
        return try request.numbers(of: own.rows, draw: draw)
    }
}

/// Counts and sums in fixed point, checked.
enum CourseNumbers {
    static func encode(_ values: [Double], _ name: String) throws(PooledError) -> [UInt128] {
        do throws(SumError) { return try FixedPoint.encode(values) } catch { throw .outOfScale(name) }
    }

    /// - Throws: `impossibleSums` for what is no whole number from 0 to 2^53.
    static func count(_ value: Double, _ name: String) throws(PooledError) -> Int {
        guard value >= 0, value <= 0x1p53, value.rounded() == value else { throw .impossibleSums(name) }
        return Int(value)
    }
}

/// H("moiety/rows/input/v1", array of numbers for each column)
enum RowsHash {
    static func of(_ columns: [[Double]]) -> Bytes32 {
        var encoder = Encoder()
        encoder.writeFixed(Array("moiety/rows/input/v1".utf8))
        encoder.writeArray(columns) { encoder, column in
            encoder.writeArray(column) { $0.write($1) }
        }
        guard let bytes = try? encoder.finish() else {
            preconditionFailure("rows are checked before a program is made")
        }
        return Bytes32(hashing: bytes)
    }
}
