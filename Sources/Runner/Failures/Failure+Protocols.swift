package import PrivateSetIntersection
package import Site
package import SplitRegression
import Wire

extension Failure {
    package init(describing error: AlignmentError) {
        let name = error.abortReason.name
        switch error {
        case .noIdentifiers:
            self.init(.badData, name, "this site's table has no usable identifier", hint: "moiety data check")
        case .duplicateIdentifier(let first, let second):
            self.init(.badData, name, "rows \(first) and \(second) have the same identifier")
        case .ownSetTooLarge(let count, let maximum), .peerSetTooLarge(let count, let maximum):
            self.init(
                .refusedByPolicy, name, "\(count) identifiers are more than the \(maximum) that the job allows",
                hint: "see limits.maximumSetSize")
        case .ownSetTooSmall(let count, let minimum):
            self.init(
                .refusedByPolicy, name,
                "this site has \(count) usable identifiers, fewer than the minimum cohort of \(minimum)",
                hint: "no result could come of it; see limits.minimumCohort, and: moiety data check")
        case .peerSetTooSmall(let count, let minimum):
            self.init(
                .refusedByPolicy, name,
                "the peer brings \(count) identifiers, fewer than the minimum cohort of \(minimum)",
                hint: "this site revealed nothing beyond its set size; so small a set can single out people")
        case .rolesConflict:
            self.init(
                .peersDisagree, name,
                "the peer claims another role in the alignment than the job or the set sizes give it",
                hint:
                    "the role follows from alignment.sender in the job or, with `auto`, from the sizes: update the peer"
            )
        case .peerSetEmpty: self.init(.badData, name, "the peer has no usable identifier")
        case .unsupportedKeySize(let bits):
            self.init(.configuration, name, "no group is published for keys of \(bits) bits")
        case .emptyIntersection:
            self.init(
                .refusedByPolicy, name, "the two sites have no identifier in common",
                hint: "compare the normalisers in the job with what the identifiers look like: moiety data describe")
        case .cohortTooSmall(let minimum):
            self.init(
                .refusedByPolicy, name, "fewer than \(minimum) rows are in common",
                hint: "see limits.minimumCohort in the job and minimumCohort in policy.yaml")
        case .protocolVersionDiffers, .keySizesDiffer:
            self.init(.peersDisagree, name, "the two sites do not run the same alignment: \(name)")
        default:
            self.init(.protocolViolation, name, "the peer broke the alignment protocol: \(name)")
        }
    }

    private static func list(_ columns: [String]) -> String {
        let most = 8
        let names = columns.prefix(most).map { "'\($0)'" }.joined(separator: ", ")
        return columns.count > most ? names + " and \(columns.count - most) more" : names
    }

    package init(describing error: TrainingError) {
        switch error {
        case .separation(let columns):
            self.init(
                .jobFailed, "separation",
                "the label is predicted perfectly, or a level has one outcome only: the unpenalised estimates do not exist and grow "
                    + "without bound"
                    + (columns.isEmpty ? "" : "; of this party's columns those of \(Self.list(columns)) grow"),
                hint: columns.isEmpty
                    ? "set model.l2 in the job, for example 0.01; if another party names a column, it may drop it"
                    : "drop \(Self.list(columns)), merge a level with one outcome into another, or set model.l2 in the job, "
                        + "for example 0.01")
        case .notConverged(let passes, let norm):
            self.init(
                .jobFailed, "notConverged",
                "after \(passes) passes the gradient is still \(Number.scientific(norm)) standard errors",
                hint:
                    "where all passes of the job were made, raise model.maxPasses if the guards allow more, or model.tolerance; "
                    + "otherwise an estimate may grow without bound, as with a column or level that has one outcome only: set model.l2, "
                    + "for example 0.01, or leave it out")
        case .predictorOutOfRange(let radius):
            self.init(.jobFailed, "predictorOutOfRange", "a linear predictor is beyond \(Number.short(radius))")
        case .aliasedAcrossParties(let columns):
            self.init(
                .badData, "aliasedAcrossParties",
                columns.isEmpty
                    ? "columns of different parties are linear combinations of each other"
                    : "of this party's columns, \(Self.list(columns)) and columns of another party are linear combinations of each "
                        + "other",
                hint: "one of the parties drops one of its columns that take part from the job, or set model.l2")
        case .aliasedColumn(let column):
            self.init(.badData, "aliasedColumn", "'\(column)' is a linear combination of columns before it")
        case .keyTooSmall(let bits):
            self.init(.protocolViolation, "keyTooSmall", "the peer's key has \(bits) bits")
        case .coefficientOutOfRange:
            self.init(.jobFailed, "coefficientOutOfRange", "a coefficient does not fit the fixed-point format")
        case .labelOutOfDomain(let row):
            self.init(
                .badData, "labelOutOfDomain", "the label of aligned row \(row) is none that the job's family can have")
        case .notOverdispersed:
            self.init(
                .jobFailed, "notOverdispersed",
                "theta has no estimate within reach: the counts vary no more than a Poisson model says, or theta is not "
                    + "within 16 times of what the active party's own columns alone give",
                hint: "write 'family: poisson', or give theta")
        case .constantLabel: self.init(.badData, "constantLabel", "the label is the same on all aligned rows")
        case .rowCountMismatch(let own, let peer):
            self.init(.peersDisagree, "rowCountMismatch", "this site has \(own) rows to fit, the peer \(peer)")
        case .tooFewRows(let rows, let parameters):
            self.init(.refusedByPolicy, "tooFewRows", "\(rows) rows are too few for \(parameters) parameters")
        case .tooManyRows(let rows, let most):
            self.init(
                .refusedByPolicy, "tooManyRows",
                "\(rows) rows are more than this fit takes (\(most)): sums or predictors of more have no room in its numbers",
                hint:
                    "let one of the parties bring fewer rows; without 'metrics', case weights or standard errors (model.l2) there is more room, "
                    + "and a proportional-hazards model of two parties takes more")
        case .scoresRefused(let columns, let minimum):
            self.init(
                .refusedByPolicy, "scoresRefused",
                "only \(columns) passive columns have a coefficient; the minimum is \(minimum). Scores would reveal these columns"
            )
        case .invalidPlan(let reason): self.init(.configuration, "invalidPlan", reason)
        case .protocolViolation(let what):
            self.init(.protocolViolation, "protocolViolation", "the peer broke the training protocol: \(what)")
        }
    }
}

extension Failure {
    package init(describing error: DescriptionError) {
        switch error {
        case .smallGroup(let level, let rows, let minimum):
            self.init(
                .refusedByPolicy, "smallGroup",
                "the group '\(level)' has \(rows) of the rows, fewer than the minimum cell of \(minimum)",
                hint: "merge it with another group in the table and in the job's 'group', or group by another column")
        case .unevenWeights(let level, let minimum):
            self.init(
                .refusedByPolicy, "unevenWeights",
                "in the group '\(level)' one row has more than a \(minimum)th of all weight, or the weights leave less than a "
                    + "twentieth of its rows: a weighted table would be about few people",
                hint: "truncate the weights, at their 99th percentile for example, or stabilise them")
        case .constantColumn(let column):
            self.init(.badData, "constantColumn", "'\(column)' is the same on all common rows")
        case .farRow(let column, let leverage, let limit):
            self.init(
                .refusedByPolicy, "farRow",
                "a row of the numeric column '\(column)' has a leverage of \(Number.short(leverage, decimals: 2)), above "
                    + "\(Number.short(limit)): means by group would show which group it is in",
                hint: "take its logarithm, truncate it, or leave the column out of the job")
        case .tooManyRows(let rows):
            self.init(.badData, "tooManyRows", "\(rows) common rows are more than a description takes")
        case .rowCountMismatch(let own, let peer):
            self.init(.peersDisagree, "rowCountMismatch", "this site has \(own) rows to describe, the peer \(peer)")
        case .keyTooSmall(let bits):
            self.init(.configuration, "keyTooSmall", "keys of \(bits) bits have no room for these groups")
        case .invalidPlan(let what):
            self.init(.internalError, "invalidPlan", "the description does not fit its job: \(what)")
        case .protocolViolation(let what):
            self.init(.protocolViolation, "protocolViolation", "the peer broke the description's protocol: \(what)")
        case .partsDiffer(let party, let other):
            self.init(
                .protocolViolation, "partsDiffer",
                party == other
                    ? "\(party) says something else of its own groups or columns than it told this site"
                    : "\(party)'s groups or columns are others to this site than \(other) says: \(party) told them different things, "
                        + "or \(other) does not say what it was told",
                hint:
                    "nothing was written; what \(party) signed to each stands in the transcripts under failed/ at each")
        }
    }
}
