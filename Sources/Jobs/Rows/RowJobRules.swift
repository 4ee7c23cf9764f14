import Records

/// What a job split by rows must obey beyond the types of its fields (`protocols/job.md` 7.2).
extension JobRules {
    mutating func runRows(_ rows: RowTerms) {
        text(job.title, at: "title", limit: JobBounds.titleBytes, lines: false)
        if job.title.isEmpty { note("title", "is empty") }
        text(job.purpose, at: "purpose", limit: JobBounds.purposeBytes, lines: true)
        sites(rows)
        for (index, party) in job.parties.enumerated() { site(party, at: "parties[\(index)]") }
        if let party = job.parties.first {
            shared(party)
            analysis(rows, party)
        }
        numbers(rows)
        for (index, item) in job.loosened.enumerated() where item != .leverage {
            note("loosen[\(index)]", "\(item.name) is no guard of a job split by rows", "may be loosened: leverage")
        }
        let opened = job.openedByRows
        let words = opened.map(\.rawValue).joined(separator: ", ")
        for item in job.reveal where !opened.contains(item) {
            note(
                "reveal", "'\(item.rawValue)' is not there for this job", "its sums tell \(words), to all sites")
        }
        if !opened.allSatisfy(job.reveal.contains) {
            note("reveal", "lacks what the sums of a job split by rows tell", words)
        }
    }

    private mutating func sites(_ rows: RowTerms) {
        let count = job.parties.count
        if count == 2 {
            note(
                "parties", "has 2 entries",
                "of two sites each reads the other's sums off the total: a job split by rows has at least 3")
        } else if count < RowTerms.fewestSites || count > RowTerms.mostSites {
            note(
                "parties", "has \(count) \(count == 1 ? "entry" : "entries")",
                "between \(RowTerms.fewestSites) and \(RowTerms.mostSites) sites")
        } else if rows.coalition > count - 2 {
            note(
                "coalition", "\(rows.coalition) of \(count) sites leave fewer than two",
                "at most \(count - 2): the sum of those that are left must be of two sites at least")
        }
        differentNames()
    }

    private mutating func site(_ party: Party, at path: String) {
        names(of: party, at: path)
        let parts = party.identifier.parts
        if parts.isEmpty {
            note(
                "\(path).identifier", "is missing",
                "name the column that tells this site's people apart, here or once in `columns`; it is never sent")
        } else if parts.count > JobBounds.identifierParts {
            note("\(path).identifier.columns", "names \(parts.count) columns", "at most \(JobBounds.identifierParts)")
        }
        for (index, part) in parts.enumerated() { column(part.column, at: "\(path).identifier.columns[\(index)]") }
        if Set(party.identifier.columns).count != parts.count {
            note("\(path).identifier.columns", "names a column twice")
        }
        let used = [party.label].compactMap(\.self) + party.beside.all.map(\.column) + party.features.map(\.column)
        for name in party.identifier.columns where used.contains(name) {
            note("\(path).identifier", "'\(name)' is used in `columns` too", "an identifier is no feature and no label")
        }
    }

    /// Label, what stands beside it, features: the same at all sites.
    private mutating func shared(_ party: Party) {
        let family = job.model.family
        var seen: [String] = []
        if let label = party.label {
            column(label, at: "columns.label")
            seen.append(label)
        } else {
            if job.rows?.analysis != .table { note("columns.label", "is missing") }
        }
        for (word, name, domain) in party.beside.all {
            let place = "columns.\(word)"
            column(name, at: place)
            if seen.contains(name) { note(place, "'\(name)' is the label or listed before") }
            seen.append(name)
            if job.rows?.analysis == .table {
                note(place, "a table has none", "drop '\(word)', or list its column among the features")
            } else if domain.isOfSurvival != (family == .cox) {
                note(
                    place, family == .cox ? "a survival model takes none yet" : "belongs to 'family: cox'",
                    family == .cox ? "drop '\(word)'" : nil)
            }
            if family == .linear, domain.movesPredictor {
                note(place, "a linear model takes none", "subtract it from the label: the fit is the same")
            }
        }
        if family == .cox, party.beside.time == nil {
            note(
                "columns.time", "is missing",
                "name the column of the time until the event or the end of observation")
        }
        if party.beside.exposure != nil, family != .linear, family != .cox, !family.hasLogLink {
            note("columns.exposure", "belongs to models with a log link: poisson, negative-binomial, gamma")
        }
        if party.features.isEmpty, job.rows?.analysis == .model {
            note("columns.features", "is empty", "list what the model is of")
        }
        features(of: party, at: "columns")
        if job.rows?.analysis == .model, job.coefficientCount > JobBounds.pooledParameters {
            note(
                "columns.features", "become \(job.coefficientCount) coefficients",
                "at most \(JobBounds.pooledParameters)")
        }
    }

    private mutating func numbers(_ rows: RowTerms) {
        let model = job.model
        if let theta = model.theta {
            if model.family != .negativeBinomial { note("model.theta", "belongs to 'family: negative-binomial'") }
            range(theta, JobBounds.theta, "model.theta")
        }
        if model.ties != nil, model.family != .cox { note("model.ties", "belongs to 'family: cox'") }
        if model.ties == nil, model.family == .cox { note("model.ties", "is missing") }
        range(model.maximumPasses, JobBounds.pooledPasses, "model.maxPasses")
        if rows.onLoss == .continue, job.parties.count == job.fewestInRound {
            note(
                "onLoss", "'continue' needs a site more: with one lost, fewer than \(job.fewestInRound) are left",
                "use 'onLoss: wait'")
        }
        if rows.onLoss == .continue, rows.coalition > 1 {
            note(
                "onLoss",
                "'continue' beside a coalition of \(rows.coalition): these could have a site left out that nobody lost",
                "use 'onLoss: wait', or 'coalition: 1'")
        }
        if rows.covariance == .sites, job.parties.count < rows.coalition + RowTerms.fewestClusters {
            note(
                "model.covariance", "'sites' has \(job.parties.count) sites to go by",
                "at least \(rows.coalition + RowTerms.fewestClusters) with this coalition, or another covariance")
        }
        if rows.hasGrid, rows.covariance == .hc1 || rows.covariance == .sites {
            note("model.covariance", "one baseline for all sites has classical or HC0", "write HC0, or drop it")
        } else if !rows.hasGrid, model.family == .cox, rows.covariance != .classical {
            note(
                "model.covariance", "a survival model whose sites are strata has none of these", "drop 'covariance'")
        }
        range(rows.coalition, JobBounds.coalition, "coalition")
        range(job.limits.minimumCohort, JobBounds.cohort, "limits.minimumCohort")
        range(job.limits.minimumCell, JobBounds.cell, "limits.minimumCell")
        range(job.limits.parametersPerRow, JobBounds.parametersPerRow, "limits.parametersPerRow")
        range(job.network.connectTimeout, JobBounds.connectTimeout, "network.connectTimeout")
        range(job.network.messageTimeout, JobBounds.messageTimeout, "network.messageTimeout")
        range(rows.lossTimeout, JobBounds.connectTimeout, "network.lossTimeout")
    }
}
