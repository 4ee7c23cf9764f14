import Jobs
import Records
import SplitRegression

/// How the fit came to its end.
extension StudyReport {
    var convergenceSection: ReportSection {
        let fit = results.fit
        guard family != .linear else {
            return ReportSection(
                "convergence", "Convergence",
                [
                    reminder,
                    .paragraph(
                        "A linear model is solved exactly in one exchange: there is nothing to converge. Two "
                            + "corrections from the residuals themselves remove what rounding left."),
                ])
        }
        let passes = "\(fit.passes) \(fit.passes == 1 ? "pass" : "passes") of at most \(job.model.maximumPasses)"
        let norm = fit.gradientNorm.map {
            " The joint gradient was \(Number.scientific($0)) long before the last step, in the scale of standard "
                + "errors."
        }
        var body: [HTML] = [
            reminder,
            .paragraph(
                fit.converged
                    ? "The fit converged after \(passes)."
                    : .strong("The fit did not converge within \(passes): estimates are approximate."),
                .text(norm ?? "")),
        ]
        guard let gradients, !gradients.passes.isEmpty else {
            body.append(
                .paragraph(
                    "The gradient of each pass stands in the transcript. No copy with these messages was at hand, "
                        + "so there is no plot.",
                    kind: "small"))
            return ReportSection("convergence", "Convergence", body)
        }
        var table = HTMLTable(
            id: "gradients",
            caption: "Length of the joint gradient, in the scale of standard errors", ["pass", "gradient"],
            sides: [.left, .right])
        for pass in gradients.passes { table.add(["\(pass.number)", .text(Number.scientific(pass.norm))]) }
        body += [
            ConvergencePlot(gradients: gradients).figure(id: "convergence-plot"), table.html,
            .paragraph(
                "Pass 0 is the start. A number stands twice where the fit renewed its second derivatives and "
                    + "measured the same gradient with them.", kind: "small"),
        ]
        return ReportSection("convergence", "Convergence", body)
    }
}
