package import PooledRegression
package import SecureSums
package import Site
import Wire

extension Failure {
    package init(describing error: SumError) {
        let name = error.name
        switch error {
        case .badSettings(let what): self.init(.configuration, name, what)
        case .badSessions(let what): self.init(.internalError, name, what)
        case .meshMismatch(let site, let other), .otherMesh(let site, let other):
            self.init(
                .peersDisagree, name,
                "\(site) and \(other) do not say the same about the session between them, or about the job",
                hint: "all sites must run the same job; run it again at all sites")
        case .lostInSetup(let losses), .suspended(let losses):
            self.init(
                Self.status(of: losses), name, "lost \(Self.text(losses))", hint: "run the job again at all sites")
        case .ended(let loss):
            self.init(
                Self.status(of: [loss]), name, "\(loss.site) ended the job (\(loss.reason.name))",
                hint:
                    "that site's log says why, and who is the cause where that is another one; then run the job again at all sites"
            )
        case .tooFewSites(let left, let needed, let losses):
            self.init(
                .peerUnreachable, name,
                "lost \(Self.text(losses)): \(left == 1 ? "1 site is" : "\(left) sites are") left, and a sum over fewer than \(needed) would say too much",
                hint: "run the job again at all sites")
        case .leftOut:
            self.init(
                .peerUnreachable, name, "the other sites went on without this one",
                hint: "this site's sums up to then may be told from theirs; see onLoss in the job")
        case .equivocation(let proof):
            self.init(
                .protocolViolation, name, "\(proof.site) signed two different things in round \(proof.round)",
                hint: "both are in the transcripts in the site's failed/, with its signatures")
        case .violation(let site, "stateMismatch"):
            self.init(
                .peersDisagree, name, "\(site) has opened other sums of this job than this site, or none any more",
                hint:
                    "if it has finished, its results are this site's too: ask for them; to begin again, remove the job's file in pooled/ of "
                    + "the site folder at all sites")
        case .violation(let site, let what):
            self.init(.protocolViolation, name, "\(site) broke the protocol of sums: \(what)")
        case .sharesWithheld(let sites):
            self.init(
                .peerUnreachable, name, "too few sites released shares; missing: \(sites.joined(separator: ", "))")
        case .noAccord:
            self.init(
                .peerUnreachable, name, "the sites saw different things of each other, round after round",
                hint: "a connection between two other sites may be broken; run the job again at all sites")
        case .reopenedDiffers(let round):
            self.init(
                .protocolViolation, name, "sum \(round) was opened before and is another now: a site changed its rows",
                hint: "ask all sites; the job starts again where every site removes its pooled/ state")
        case .inputChanged(let round):
            self.init(
                .refusedByPolicy, name, "this site's part of sum \(round) is not what it was before it stopped",
                hint:
                    "put the table back as it was; to begin again with another, remove the job's file in pooled/ of the site folder, and let "
                    + "every site approve the job again")
        case .badState(let what):
            self.init(
                .badData, name, "the saved state of the fit cannot be used: \(what)",
                hint: "where no site has its state any more, remove pooled/ at all sites: the fit then starts again")
        case .outOfRange:
            self.init(
                .jobFailed, name, "a sum does not fit the numbers that it is formed in",
                hint: "bring columns to a smaller unit, or leave out a row that is far from all others")
        }
    }

    /// A peer that ended for its own reasons decides how this ends.
    private static func status(of losses: [SumError.Loss]) -> ExitStatus {
        for loss in losses {
            switch loss.reason.kind {
            case .violation: return .protocolViolation
            case .disagreement: return .peersDisagree
            case .refusal: return .refusedByPolicy
            default: continue
            }
        }
        return .peerUnreachable
    }

    private static func text(_ losses: [SumError.Loss]) -> String {
        losses.map { "\($0.site) (\($0.reason.name))" }.joined(separator: ", ")
    }

    /// What tables and curves say that is no column.
    private static let wholes = ["all rows", "the times"]

    package init(describing error: PooledError) {
        let name = error.name
        switch error {
        case .badRows(let what, let row):
            self.init(
                .badData, name,
                "this site's rows do not fit the model: \(what)" + (row.map { ", row \($0 + 1) by identifier" } ?? ""))
        case .constantColumn(let column):
            self.init(.badData, name, "'\(column)' has one value at all sites", hint: "leave it out of the job")
        case .collinear(let column):
            self.init(
                .badData, name, "'\(column)' follows from the columns before it, at all sites together",
                hint: "leave it out of the job")
        case .separation(let columns):
            self.init(
                .jobFailed, name,
                "the label is predicted perfectly: the estimates of \(columns.joined(separator: ", ")) do not exist",
                hint: "merge levels with one outcome, or leave the columns out")
        case .smallCell(let column, let smallest):
            self.init(
                .refusedByPolicy, name,
                Self.wholes.contains(column)
                    ? "a site, or what remains without one, has too few rows or events in \(column): fewer than \(smallest)"
                    : "the other sites together have too few rows with a level of '\(column)': fewer than \(smallest)",
                hint: Self.wholes.contains(column)
                    ? "see limits.minimumCell; fewer levels or combinations of them have larger cells, and so do times that end later"
                    : "merge the level, or leave the column out; see limits.minimumCell")
        case .tooFewRows(let rows, let parameters):
            self.init(.refusedByPolicy, name, "\(rows) rows at all sites are too few for \(parameters) parameters")
        case .pointTooSharp:
            self.init(
                .refusedByPolicy, name,
                "few of this site's rows carry the sums at the next point: they could be read from it",
                hint:
                    "an outcome that columns tell, or rows far from all others, lead there, and so does a site that deviates"
            )
        case .voteTakenBack:
            self.init(
                .protocolViolation, name,
                "this site objected to a cell, and the votes came to nobody objecting: another site took its objection off",
                hint:
                    "nothing of the cell has left this site; ask all sites, whose transcripts show who sent what once tables are replayed"
            )
        case .impossibleSums(let what):
            self.init(
                .protocolViolation, name,
                "the sums of \(what) are such as no rows have: a site put in invented numbers",
                hint: "ask all sites; their transcripts show who, once their tables are replayed")
        case .tooManyNumbers(let numbers, let limit):
            self.init(
                .refusedByPolicy, name,
                "the job may open \(numbers) numbers, more than the \(limit) that the rows hold",
                hint: "lower model.maxPasses, raise limits.minimumCohort, or leave columns out")
        case .notConverged(let iterations):
            self.init(
                .jobFailed, name, "the fit did not come to an end in \(iterations) passes",
                hint: "raise model.maxPasses, or look for columns that nearly follow from others")
        case .noiseTooLarge:
            self.init(
                .jobFailed, name,
                "the noise that the job asks for is too much for so few rows: the sums leave nothing to estimate",
                hint:
                    "another run has the same noise: agree on another job with tighter bounds, fewer columns, more rows or a larger epsilon"
            )
        case .notOverdispersed:
            self.init(
                .jobFailed, name, "theta has no estimate: the counts vary no more than a Poisson model says",
                hint: "write 'family: poisson', or give theta")
        case .unsupported(let what): self.init(.configuration, name, "the job asks for what there is not: \(what)")
        case .outOfScale(let column):
            self.init(
                .badData, name, "values of '\(column)' are too large or too small for the sums",
                hint: "bring it to another unit")
        }
    }
}
