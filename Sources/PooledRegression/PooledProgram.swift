import SecureSums
import SplitRegression
import Wire

/// A fit as a program of sums (`protocols/row-split.md` 7).
struct PooledProgram: SumProgram {
    struct Request: Sendable {
        let request: Course.Request
        let scales: Scales?
    }

    let model: PooledModel
    /// Nil for a verifier, which has none.
    let rows: PooledRows?
    let coalition: Int

    /// H("moiety/rows/input/v1", array of numbers for each column)
    var input: Bytes32 {
        guard let rows else { return .zero }
        // Eight bytes a number.
        var encoder = Encoder(reserving: 8 * (rows.columns.count + 8) * (rows.label.count + 1))
        encoder.writeFixed(Array("moiety/rows/input/v1".utf8))
        let survival = rows.survival
        let own = [rows.label, rows.offset ?? [], rows.weight ?? [], survival?.time ?? [], survival?.entry ?? []]
        let strata = (survival?.stratum ?? []).map { Double($0) }
        let columns = own + [strata] + rows.columns
        encoder.writeCount(columns.count)
        for column in columns {
            encoder.writeCount(column.count)
            for value in column { encoder.write(value) }
        }
        guard let bytes = try? encoder.finish() else {
            preconditionFailure("rows are checked before a program is made")
        }
        return Bytes32(hashing: bytes)
    }

    /// Where the fit stands. After a loss it begins anew: what was opened of more sites is no part of the fit of those that are left.
    func course(after sums: [OpenedSum]) throws -> Course {
        var course = Course(model, own: rows)
        var sites = sums.first?.sites ?? []
        for sum in sums {
            guard sum.values.count == course.count else { throw SumError.badState("a sum has another length") }
            if sum.sites != sites {
                sites = sum.sites
                let isFirst = course.request == .counts
                course = Course(model, own: rows)
                if !isFirst { continue }
            }
            try course.take(FixedPoint.decode(sum.values))
        }
        if case .robust = course.request, model.robust == .sites { try Self.check(clusters: sites.count - coalition) }
        return course
    }

    /// Squares of few sites' scores could be solved for single ones.
    static func check(clusters: Int) throws(PooledError) {
        guard clusters < 4 else { return }
        throw .unsupported(
            "standard errors clustered by site need four sites outside of the coalition, or single sites' scores follow"
        )
    }

    func next(after sums: [OpenedSum]) throws -> SumStep<Request>? {
        let course = try course(after: sums)
        if course.request == .done { return nil }
        return SumStep(
            name: course.name, point: try Self.point(course), count: course.count,
            request: Request(request: course.request, scales: course.scales))
    }

    /// H("moiety/rows/point/v1", text name, array of numbers)
    private static func point(_ course: Course) throws -> Bytes32 {
        var encoder = Encoder()
        encoder.writeFixed(Array("moiety/rows/point/v1".utf8))
        encoder.write(course.name)
        let scales = course.scales.map { $0.means + $0.sds + [$0.center, $0.unit] } ?? []
        let numbers: [Double] =
            switch course.request {
            case .counts, .done: []
            case .iteration(let point): point.coefficients + [point.theta]
            case .last(let point, let null): point.coefficients + [point.theta, null]
            case .null(let constant, let theta): [constant, theta]
            case .robust(let point, let influence): point.coefficients + [point.theta] + influence.flatMap { $0 }
            }
        encoder.writeArray(scales + numbers) { $0.write($1) }
        return Bytes32(hashing: try encoder.finish())
    }

    func contribution(to request: Request) throws -> [UInt128] {
        guard let rows else { throw PooledError.badRows("there are none", row: nil) }
        guard let scales = request.scales else { return try Scales.encoded(rows, model) }
        let local = LocalRows(rows, scales, model)
        try PointGuard.check(request.request, local)
        let values: [Double] =
            switch request.request {
            case .counts, .done: []
            case .iteration(let point): local.derivatives(at: point)
            case .last(let point, let null): local.last(at: point, null: null)
            case .null(let constant, let theta): local.null(constant, theta: theta)
            case .robust(let point, let influence):
                local.squaredInfluence(at: point, influence, bySite: model.robust == .sites)
            }
        // Beyond the range: every site sees a loss that no step is taken to.
        return try FixedPoint.encode(
            values.map { $0.isNaN ? FixedPoint.largest : min(max($0, -FixedPoint.largest), FixedPoint.largest) })
    }
}
