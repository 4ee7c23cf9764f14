import Jobs
import Records
import Site
import SplitRegression

/// What `model show` prints.
package struct ModelReport: Codable, Sendable {
    package struct Term: Codable, Sendable {
        let term: String
        /// On the standardised scale.
        let coefficient: Double
        let mean: Double
        let sd: Double
    }

    /// Another party: the session of the fit with it, and what it committed to there.
    package struct Other: Codable, Sendable {
        let party: String
        let session: String
        let commitment: String
    }

    let job: String
    let party: String
    let family: String
    let role: String
    let rows: Int
    /// What this party committed to at the end of the fit.
    let commitment: String
    /// In the order of the job.
    let peers: [Other]
    let constant: Double?
    let terms: [Term]

    package init(_ part: ModelPart) {
        let unit = 1.0 / Double(1 << PartialModel.fractionBits)
        let (job, model) = (part.job.job, part.model)
        self.job = part.job.hash
        party = part.party.name
        family = model.family
        role = job.helper == part.party.name ? "helper" : model.role
        rows = part.rows
        commitment = part.bindings.first?.binding.own ?? ""
        peers = part.bindings.map { Other(party: $0.party, session: $0.binding.session, commitment: $0.binding.peer) }
        constant = job.model.family.hasIntercept ? model.constant.map { Double($0) * unit } : nil
        terms = model.terms.indices.map { index in
            Term(
                term: model.terms[index], coefficient: Double(model.coefficients[index]) * unit,
                mean: model.scalings[index].mean, sd: model.scalings[index].sd)
        }
    }

    package var text: String {
        var table = TextTable(["term", "coefficient", "mean", "sd"], sides: [.left, .right, .right, .right])
        if let constant { table.add(["(Intercept)", Number.fixed(constant, decimals: 6), "", ""]) }
        for term in terms {
            table.add([
                term.term, Number.fixed(term.coefficient, decimals: 6), Number.short(term.mean), Number.short(term.sd),
            ])
        }
        let names = peers.map(\.party).joined(separator: ", ")
        let fits = peers.map {
            "fitted with \($0.party) in session \($0.session.prefix(16)); \($0.party)'s part is committed to as \($0.commitment.prefix(16))"
        }
        return """
            \(family) model of job \(job.prefix(16)), \(rows) rows; the part of \(party) (\(role)), committed to as \(commitment.prefix(16)); the rest \
            is with \(names)
            coefficients of standardised columns:
            \(table.text())
            \(fits.joined(separator: "\n"))
            """
    }
}
