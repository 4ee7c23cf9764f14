import SplitRegression

/// The length of the joint gradient, pass by pass, on a logarithmic scale.
struct ConvergencePlot {
    let gradients: OpenedGradients

    /// - Returns: nothing where there is no line to draw.
    func figure(id: String) -> HTML {
        let passes = gradients.passes.filter { $0.norm.isFinite && $0.norm > 0 }
        guard passes.count > 1, let first = passes.first, let last = passes.last else { return [] }
        let values = passes.map(\.norm) + [gradients.tolerance]
        let (low, high) = ((values.min() ?? 1) / 2, (values.max() ?? 1) * 2)
        let frame = Frame(
            x: (Double(first.number), Double(max(last.number, first.number + 1))), y: (low, high), height: 260,
            yIsLogarithmic: true)
        var figure = Figure(
            id: id, title: "Length of the joint gradient by pass",
            description: passes.map { "pass \($0.number): \(Number.scientific($0.norm))" }.joined(separator: "; ")
                + "; the last step follows at \(Number.scientific(gradients.tolerance)).",
            height: frame.height,
            caption:
                "In the scale of standard errors. Below the dashed line the fit takes its last step and ends.")
        let every = max(1, passes.count / 10)
        let ticks = stride(from: first.number, through: last.number, by: every).map { Double($0) }
        figure.shapes = frame.axes("pass", "gradient", xTicks: ticks)
        let goal = frame.y.place(gradients.tolerance)
        figure.shapes.append(Drawing.line("reference", frame.x.from, goal, frame.x.to, goal))
        let places = passes.map { frame.point(Double($0.number), $0.norm) }
        figure.shapes.append(Drawing.path("first", through: places))
        figure.shapes += places.map { Drawing.circle("first-mark", $0.x, $0.y) }
        return figure.html
    }
}
