/// The axes of a plot of two numbers, with room for their names.
struct Frame {
    let x: Scale
    let y: Scale
    let height: Double

    private static let (left, right, top, bottom) = (58.0, 12.0, 10.0, 38.0)

    /// - Parameter height: of the whole drawing.
    init(
        x: (low: Double, high: Double), y: (low: Double, high: Double), height: Double, yIsLogarithmic: Bool = false
    ) {
        self.x = Scale(x.low, x.high, from: Self.left, to: Drawing.width - Self.right)
        self.y = Scale(y.low, y.high, from: height - Self.bottom, to: Self.top, isLogarithmic: yIsLogarithmic)
        self.height = height
    }

    func axes(_ xName: String, _ yName: String, xTicks: [Double]? = nil) -> [HTML] {
        var shapes: [HTML] = []
        for value in y.ticks(5) {
            shapes.append(Drawing.line("grid", x.from, y.place(value), x.to, y.place(value)))
            shapes.append(Drawing.text(Scale.label(value), x.from - 6, y.place(value) + 4, kind: "faint end"))
        }
        for value in xTicks ?? x.ticks(5) {
            shapes.append(Drawing.line("axis", x.place(value), y.from, x.place(value), y.from + 4))
            shapes.append(Drawing.text(Scale.label(value), x.place(value), y.from + 16, kind: "faint middle"))
        }
        shapes.append(Drawing.line("axis", x.from, y.from, x.to, y.from))
        shapes.append(Drawing.text(xName, (x.from + x.to) / 2, height - 6, kind: "middle"))
        shapes.append(
            .element(
                "text",
                [
                    .init("class", "middle"),
                    .init("transform", "translate(10 \(Int((y.from + y.to) / 2))) rotate(-90)"),
                ],
                [.text(yName)]))
        return shapes
    }

    func point(_ xValue: Double, _ yValue: Double) -> (x: Double, y: Double) { (x.place(xValue), y.place(yValue)) }
}
