import Foundation
import Records

/// The guards one by one. Each returns what it compared, in words and figures.
extension Guards {
    static func make(
        _ item: Guard, _ verdict: GuardFinding.Verdict, _ figures: String, remedy: String? = nil, loosened: Bool = false
    ) -> GuardFinding {
        GuardFinding(
            name: item.name, number: item.number, verdict: verdict, figures: figures, remedy: remedy,
            loosened: loosened)
    }

    /// Guard 1: the first opened gradient is nearly X_B^T y, and with few rows lattice reduction recovers every
    /// label from it. n H(y) >= 2 m_B b.
    static func labels(_ job: Job, _ facts: GuardFacts) -> GuardFinding {
        let loosened = job.loosened.contains(.labels)
        guard let entropy = facts.labelEntropy else {
            return make(
                .labels, .notEvaluated, "the entropy of the label is known to the active party only",
                loosened: loosened)
        }
        let hidden = Double(facts.rows) * entropy
        let bits = gradientBits(rows: facts.rows, ditherBits: facts.ditherBits)
        let needed = 2 * Double(facts.passiveParameters) * bits
        let bound = needed / slack(.labels, job)
        let halved = loosened ? ", loosened to half: \(whole(bound))" : ""
        let figures =
            "\(facts.rows) rows x \(decimals(entropy)) bits of label entropy = \(whole(hidden)) bits; "
            + "2 x \(facts.passiveParameters) passive columns x \(decimals(bits)) bits = \(whole(needed))\(halved)"
        guard !(hidden >= bound) else { return make(.labels, .kept, figures, loosened: loosened) }
        let columns = Int(clamped: hidden / (bits * 2 / slack(.labels, job)))
        var remedies = ["align at least \(Int(clamped: (bound / max(entropy, 1e-9)).rounded(.up))) rows"]
        if columns > 0 { remedies.append("use at most \(columns) passive columns") }
        if !loosened, hidden >= needed / 2 { remedies.append("write 'loosen: [guard-1]' if all parties accept it") }
        return make(.labels, .refused, figures, remedy: remedies.joined(separator: ", or "), loosened: loosened)
    }

    /// Guard 4: every pass opens one number a column about the other side's rows. passes x m <= n / 2.
    static func features(_ job: Job, _ facts: GuardFacts) -> GuardFinding {
        job.model.family == .linear ? crossBlock(job, facts) : passes(job, facts)
    }

    private static func passes(_ job: Job, _ facts: GuardFacts) -> GuardFinding {
        let loosened = job.loosened.contains(.features)
        let bound = openings(job, rows: facts.rows)
        let widest = max(facts.activeParameters, facts.passiveParameters)
        let allowed = Int(clamped: bound) / max(widest, 1)
        let share = loosened ? "n, loosened" : "n/2"
        if let run = facts.passes {
            let figures =
                "\(run) passes x \(widest) coefficients = \(run.timesClamped(widest)), at most \(whole(bound)) (\(share))"
            return run <= allowed
                ? make(.features, .kept, figures, loosened: loosened)
                : make(
                    .features, .refused, figures, remedy: "stop after \(allowed) passes", loosened: loosened)
        }
        let figures =
            "\(facts.rows) rows allow \(allowed) passes over \(widest) coefficients "
            + "(passes x coefficients <= \(whole(bound)), that is \(share))"
        let useful = min(fewestUsefulPasses, job.model.maximumPasses)
        guard allowed < useful else { return make(.features, .kept, figures, loosened: loosened) }
        var remedies = [
            "align at least \((2 * useful).timesClamped(widest) / (loosened ? 2 : 1)) rows", "use fewer columns",
        ]
        if !loosened, Int(clamped: 2 * bound) / max(widest, 1) >= useful {
            remedies.append("write 'loosen: [guard-4]' if all parties accept it")
        }
        return make(
            .features, .refused, figures + ", too few to fit", remedy: remedies.joined(separator: ", or "),
            loosened: loosened)
    }

    /// The linear family opens no gradient a pass but, once, to the passive party its Schur complement and gradient; to the
    /// active party its columns against the passive predictor, what that reduces the residual by, and the raw offset. A
    /// penalty and standard errors open more (training.md 8).
    private static func crossBlock(_ job: Job, _ facts: GuardFacts) -> GuardFinding {
        let loosened = job.loosened.contains(.features)
        let bound = openings(job, rows: facts.rows)
        let m = facts.passiveParameters
        let a = facts.activeParameters
        let hasErrors = job.reveals(.standardErrors)
        let passive = m.triangleClamped.plusClamped(m).plusClamped(hasErrors ? 1 : 0)
        let active = a.plusClamped(job.model.l2 > 0 ? 3 : 2)
            .plusClamped(hasErrors ? a.triangleClamped.plusClamped(a).plusClamped(1) : 0)
        let opened = max(passive, active)
        let figures = "\(opened) numbers about the other side's \(facts.rows) rows, at most \(whole(bound))"
        guard Double(opened) > bound else { return make(.features, .kept, figures, loosened: loosened) }
        var remedies = ["align at least \(opened.timesClamped(2) / (loosened ? 2 : 1)) rows", "use fewer columns"]
        if !loosened, Double(opened) <= 2 * bound {
            remedies.append("write 'loosen: [guard-4]' if all parties accept it")
        }
        return make(.features, .refused, figures, remedy: remedies.joined(separator: ", or "), loosened: loosened)
    }

    /// Guard 5: scores show the passive predictor row by row. With one column that is the column; with
    /// m_B n / (n - m_B) different score vectors the columns can be solved for (Luo, Wu, Xiao, Ooi, ICDE 2021).
    static func scores(_ job: Job, _ facts: GuardFacts?) -> GuardFinding {
        guard job.reveals(.scores) else {
            return make(.scores, .notApplicable, "the job opens no scores")
        }
        let m = facts?.passiveParameters ?? job.parameterCount(of: job.passive)
        let least = job.limits.minimumPassiveColumns
        guard m >= least else {
            return make(
                .scores, .refused, "scores need at least \(least) passive columns, the job has \(m)",
                remedy: "drop scores from the reveal list, or add passive features")
        }
        guard let facts, facts.rows > m else {
            return make(.scores, .kept, "scores over \(m) passive columns, at least \(least)")
        }
        let bound = Double(m) * Double(facts.rows) / Double(facts.rows.plusClamped(-m))
        let vectors = facts.earlierScoreVectors.plusClamped(1)
        let figures =
            "scores over \(m) passive columns (at least \(least)); \(vectors) score vectors about this cohort, "
            + "fewer than \(decimals(bound)) allowed"
        return Double(vectors) < bound
            ? make(.scores, .kept, figures)
            : make(.scores, .refused, figures, remedy: "drop scores from the reveal list")
    }

    /// Guard 6: each party's block of the information matrix, and the passive one's Schur complement, are linear equations
    /// in the rows' weights. n >= 5 p (p + 1), else the model is fitted without standard errors.
    ///
    /// - Parameter rows: rows of the fit; nil before they are known.
    static func information(_ job: Job, rows: Int?) -> GuardFinding {
        guard job.reveals(.standardErrors) else {
            return make(.information, .notApplicable, "the job opens no information matrix")
        }
        guard job.model.family != .linear else {
            return make(.information, .notApplicable, "the weights of a linear model are all one")
        }
        let p = job.parameterCount
        let needed = InformationRule.rows(parameters: p)
        let largest = job.parties.map { job.parameterCount(of: $0) }.max() ?? 0
        let rule = "5 x \(p) x \(p + 1) = \(needed) needed for standard errors"
        let reason =
            if largest > InformationRule.largestBlock {
                "\(largest) coefficients at one party, at most \(InformationRule.largestBlock) for standard errors"
            } else if let rows {
                "\(rows) rows, \(rule)"
            } else {
                "rows: \(rule)"
            }
        switch allowsInformation(job, rows: rows) {
        case true?: return make(.information, .kept, reason)
        case nil:
            return make(.information, .notEvaluated, "\(reason); with fewer they are withheld")
        case false?:
            let remedies = [
                largest > InformationRule.largestBlock ? nil : "align at least \(needed) rows", "use fewer columns",
            ]
            return make(
                .information, .withheld, "\(reason); the model is fitted without them",
                remedy: remedies.compactMap(\.self).joined(separator: ", or "))
        }
    }

    static func decimals(_ value: Double) -> String {
        let hundredths = Int(clamped: (value * 100).rounded())
        let rest = abs(hundredths % 100)
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    static func whole(_ value: Double) -> String { "\(Int(clamped: value.rounded()))" }
}
