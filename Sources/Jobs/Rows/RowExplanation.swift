import Records
import Wire

/// A job split by rows in plain words, for those who approve it: who takes part, what each sends and learns, what is guarded.
public struct RowExplanation: Sendable, Hashable, Codable {
    public struct Site: Sendable, Hashable, Codable {
        public let name: String
        public let table: String
        public let identifier: String
    }

    public let job: String
    public let title: String
    public let purpose: String
    /// In the order of the job.
    public let sites: [Site]
    public let label: String
    /// Its offset, exposure, case weights, times and strata.
    public let beside: [String]
    public let features: [String]
    public let model: String
    public let limits: String
    public let coalition: Int
    public let onLoss: String
    /// The whole table.
    public let leakage: [LeakageTable.Row]
    public let guards: [String]
    public let warnings: [String]
    public let notPrevented: [String]

    /// nil for a job that is not split by rows.
    public init?(_ job: Job) {
        guard let terms = job.rows, let party = job.parties.first else { return nil }
        self.job = job.hash.hex
        title = job.title
        purpose = job.purpose
        sites = job.parties.map { party in
            Site(name: party.name, table: party.table, identifier: party.identifier.words)
        }
        label = party.label ?? ""
        beside = party.beside.all.map { "\($0.word) \($0.column)" }
        features = party.features.map { feature in
            switch feature.kind {
            case .numeric: feature.column
            case .binary: "\(feature.column) (yes/no)"
            case .categorical(let levels, let reference):
                "\(feature.column) (\(levels.joined(separator: ", ")); reference \(reference))"
            }
        }
        model = Self.model(job, terms)
        limits =
            "at least \(job.limits.minimumCohort) rows at each site, "
            + (terms.privacy != nil
                ? "none of what rows hold: a refusal would tell of them"
                : terms.analysis == .model && !terms.hasGrid
                    ? "at least \(job.limits.minimumCell) in every level there or none, at most \(job.limits.parametersPerRow) coefficients a row "
                        + "of each site"
                    : "at least \(job.limits.minimumCell) or none in what remains of a cell that is voted on"
                        + (terms.analysis == .table
                            ? "" : "; how many leave an interval without an event may be fewer"))
        coalition = terms.coalition
        onLoss = terms.onLoss.rawValue
        leakage = RowLeakage(job).rows
        guards = RowGuards.lines(job)
        warnings = RowGuards.warnings(job, terms)
        notPrevented = RowGuards.notPrevented
    }

    private static func model(_ job: Job, _ terms: RowTerms) -> String {
        let group = terms.group.map { "by \($0)" }
        switch terms.analysis {
        case .model: break
        case .table:
            return
                "A table of each column: rows, rows without a value, mean and standard deviation or levels and their shares, overall"
                + (group.map { " and \($0)" } ?? "")
        case .survival:
            return "Kaplan-Meier curves at up to \(terms.times.count) times, overall"
                + (group.map { " and \($0), with the log-rank test" } ?? "")
        }
        let model = job.model
        let baseline =
            terms.hasGrid ? "one baseline for all sites at up to \(terms.times.count) times" : "every site a stratum"
        let theta =
            model.family == .negativeBinomial ? " (theta \(model.theta.map { "\($0)" } ?? "estimated"))" : ""
        let hazards = model.ties.map { " (proportional hazards, \(baseline), ties by \($0.rawValue))" } ?? ""
        let errors =
            switch terms.covariance {
            case .classical: ""
            case .hc0, .hc1: "; robust standard errors (\(terms.covariance.rawValue))"
            case .sites: "; standard errors for rows that depend on each other within a site"
            }
        if let privacy = terms.privacy {
            return
                "\(model.family.rawValue) regression, \(job.coefficientCount) coefficients, from sums with noise: "
                + "(\(privacy.epsilon), \(privacy.delta))-differentially private for each row"
                + (model.family == .linear ? "" : ", \(privacy.rounds) rounds")
        }
        return
            "\(model.family.rawValue) regression\(theta)\(hazards), \(job.coefficientCount) coefficients, at most "
            + "\(model.maximumPasses) passes\(errors)"
    }

    public var text: String {
        var page = TextPage()
        page.line(title, indent: 0)
        page.line("job \(job)", indent: 0)
        if !purpose.isEmpty { page.line(purpose, indent: 0) }
        page.line(
            "\(sites.count) sites hold the same columns about different people: "
                + (label.isEmpty ? "" : "label \(label); ")
                + beside.map { "\($0); " }.joined() + features.joined(separator: ", "), indent: 0)
        page.line("\(model). Limits: \(limits).", indent: 0)
        page.list(
            "You approve these sites, each by name", sites.map { "\($0.name): table '\($0.table)' by \($0.identifier)" }
        )
        page.table(leakage)
        page.list("Guards, checked by each site before anything leaves it", guards)
        page.list("Look twice", warnings, closing: "What is bounded and not prevented: protocols/leakage.md 7")
        return page.text
    }
}

/// What guards a job split by rows, and what nothing guards against.
enum RowGuards {
    static func lines(_ job: Job) -> [String] {
        let leverage = Guards.largestLeverage(job)
        let loosened = job.loosened.contains(.leverage) ? " (loosened)" : ""
        let terms = job.rows
        let cohort =
            "limit-cohort: each site brings at least \(job.limits.minimumCohort) rows, so that every remainder has as many"
        let cells =
            "smallCell: sites vote whether a cell is small at one of them; what is shown leaves at least \(job.limits.minimumCell) rows of it "
            + "or none when \(terms?.coalition ?? 1) of them take off their own part"
            + (terms?.analysis == .table ? "" : "; not of those that leave an interval without an event")
        let votes = "voteTakenBack: a site that objected to a cell ends the job if the votes came to nobody objecting"
        let once =
            "policy.tablesPerRowInAll: over rows that were in a table, in curves or in a grid, no other of the kind, unless this site's "
            + "policy allows more"
        switch terms?.analysis ?? .model {
        case .model:
            if terms?.hasGrid == true { return [cohort, cells, votes, once] }
            if let privacy = terms?.privacy {
                return [
                    cohort,
                    "noise: each site adds its share, enough beside \(terms?.coalition ?? 1) that take off theirs; columns are cut to the "
                        + "bounds in the job, and a row longer than \(privacy.clip) has less weight",
                ]
            }
        case .table:
            return [
                cohort, cells, votes, once,
                "limit-numbers: a numeric column is shown over more rows of a site than all of them have sums, or it has none there",
                "\(Guard.leverage.name)\(loosened): a numeric column is shown only if no row has a leverage above \(leverage) in it among a "
                    + "site's own, and it has not few different values of which one is rare",
            ]
        case .survival: return [cohort, cells, votes, once]
        }
        return [
            "\(Guard.leverage.name)\(loosened): no row of a site has a leverage above \(leverage) among its own rows",
            cohort,
            "limit-cell: each level has at least \(job.limits.minimumCell) rows at a site or none, and among the other sites together",
            "limit-parameters: at most \(job.limits.parametersPerRow) coefficients a row of each site",
            "limit-numbers: all passes together open no more numbers than the rows of two sites hold values (not of a linear model)",
            "pointTooSharp: no sums at coefficients at which a few of a site's rows carry them (not of a linear model)",
        ]
    }

    static func warnings(_ job: Job, _ terms: RowTerms) -> [String] {
        var found = job.loosened.map { "\($0.name) is loosened: \($0.danger)." }
        if terms.onLoss == .continue {
            found.append(
                "onLoss: continue. A site that is lost after the first opened round has its sums disclosed. That can be yours."
            )
        }
        found.append(
            "More than \(terms.coalition) \(terms.coalition == 1 ? "site" : "sites") together may read the sums of the sites that are left."
        )
        if terms.privacy != nil {
            found.append(
                "Other jobs over the same rows, and this one with another input, have noise of their own, and what they tell adds up. No budget "
                    + "adds it up for this site.")
        }
        if job.parties.count == RowTerms.fewestSites {
            found.append("There are three sites: each learns the sums of the other two together.")
        }
        return found
    }

    static let notPrevented = [
        "More sites than `coalition` that put together what they know learn the sums over the sites that are left; all but one: that one's "
            + "own.",
        "Sums over a few rows would tell about them: each site looks at its own rows only, which every remainder holds all of.",
        "A numeric column with few different values is not asked for small cells: sums at several coefficients tell how many rows have each "
            + "value. Declare such a column with its levels. Of two columns together the rows with each pair of values may follow likewise.",
        "Two jobs over rows that differ by a few people, or a few cells, tell about these. Each site compares its rows and inputs with those "
            + "of its earlier jobs, and refuses a difference below the minimum cell (disclosure.md 4).",
        "A site may bring invented rows. It commits to what it brings, so that this can be shown later, not prevented.",
        "A site that deviates can shift a sum by what it likes. It sends the same vector to all, or is named with its own signatures.",
        "By shifted sums it chooses at which coefficients the next ones are opened. Each site refuses coefficients at which few of its own "
            + "rows carry its sums (pointTooSharp); that many mild ones together tell nothing of a row is not shown.",
        "Several tables, curves and models over the same rows, and related columns of one table, of which a level is made of levels of the "
            + "other, give cells that none of them shows.",
    ]
}
