import SecureSums

/// Where proportional hazards on a grid stand (`protocols/row-statistics.md` 4): as curves by combination of levels. The fit follows from
/// these counts, at each site by itself.
struct GridCourse: ResultCourse {
    let design: GridDesign
    private(set) var curves: CurveCourse

    init(_ design: GridDesign, _ settings: SumSettings) throws(PooledError) {
        try design.check()
        self.design = design
        curves = try CurveCourse(design.curves, settings)
    }

    var step: CourseStep? { curves.step }

    mutating func take(_ sums: [UInt128]) throws(PooledError) { try curves.take(sums) }

    func objections(of rows: CurveRows) -> [Bool]? { curves.objections(of: rows) }

    func numbers(of rows: CurveRows, draw: CourseDraw) throws(PooledError) -> [UInt128] {
        try curves.numbers(of: rows, draw: draw)
    }
}
