import Records
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

    let job: String
    let party: String
    let peer: String
    let family: String
    let role: String
    let rows: Int
    /// The fit, and what both parties committed to at its end.
    let session: String
    let commitment: String
    let peerCommitment: String
    let constant: Double?
    let terms: [Term]

    package init(_ saved: SavedModel) {
        let unit = 1.0 / Double(1 << PartialModel.fractionBits)
        let model = saved.model
        job = saved.job
        party = saved.party
        peer = saved.peer
        family = model.family
        role = model.role
        rows = saved.rows
        session = saved.binding.session
        commitment = saved.binding.own
        peerCommitment = saved.binding.peer
        let hasIntercept = ModelFamily(rawValue: model.family)?.hasIntercept ?? true
        constant = hasIntercept ? model.constant.map { Double($0) * unit } : nil
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
        return """
            \(family) model of job \(job.prefix(16)), \(rows) rows; \(party)'s part, \(peer) has the other
            coefficients of standardised columns:
            \(table.text())
            fitted in session \(session.prefix(16)); committed to as \(commitment.prefix(16)), \(peer)'s part as \(peerCommitment.prefix(16))
            """
    }
}
