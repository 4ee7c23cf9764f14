import Records

/// What a statement may depend on: decided for one job, spelt out in the general table.
enum LeakageCondition {
    case revealed(Reveal)
    case penalised
    case unpenalised
    /// A summed loss is opened: without a penalty, or as a metric.
    case lossOpened
    case heldOutRows
    /// Sums over held-out rows are opened: where no scores of them are.
    case heldOutSums
    /// Sums over all rows, each without its fold, are opened.
    case folds
    case thetaEstimated
    /// A passive party has the column whose levels are compared.
    case passiveGroups
    /// Of several parties one besides the active one and the helper has it.
    case furtherGroups
}

extension LeakageWords {
    /// Statements that hold under every one of the conditions: as they are where a job meets them, left out where it does
    /// not, with the condition before them where it is open.
    func when(_ conditions: LeakageCondition..., say statements: [String]) -> [String] {
        var wheres: [String] = []
        var others: [String] = []
        for condition in conditions {
            switch holds(condition) {
            case true?: continue
            case false?: return []
            case nil:
                switch condition {
                case .revealed(let item): wheres.append("`\(item.rawValue)` is revealed")
                case .penalised: others.append("under a penalty")
                case .unpenalised: others.append("without a penalty")
                case .lossOpened: others.append("without a penalty, or where `metrics` is revealed")
                case .heldOutRows: others.append("with a hold-out")
                case .heldOutSums: others.append("with a hold-out, where `metrics` is revealed and `scores` is not")
                case .folds: others.append("with `crossValidation`")
                case .thetaEstimated: others.append("with `theta: estimate`")
                case .passiveGroups: others.append("with `model.groups` of the passive party")
                case .furtherGroups: others.append("with `model.groups` of a party that is neither active nor helper")
                }
            }
        }
        if !wheres.isEmpty { others.append("where " + wheres.joined(separator: " and ")) }
        let prefix = others.isEmpty ? "" : others.joined(separator: ", ") + ": "
        return statements.map { prefix + $0 }
    }

    func when(_ condition: LeakageCondition, _ statements: String...) -> [String] { when(condition, say: statements) }

    func only(_ item: Reveal, _ statements: String...) -> [String] { when(.revealed(item), say: statements) }

    private func holds(_ condition: LeakageCondition) -> Bool? {
        if case .thetaEstimated = condition, family != .negativeBinomial { return false }
        if family != .cox, case .revealed(let item) = condition,
            [.survival, .logrank, .kaplanMeier].contains(item)
        {
            return false
        }
        if family == .cox {
            // Metrics, and what needs them, are refused.
            switch condition {
            case .revealed(.metrics), .heldOutSums, .folds: return false
            default: break
            }
        }
        guard let job else { return nil }
        return switch condition {
        case .revealed(let item): job.reveals(item)
        case .penalised: job.model.isPenalised
        case .unpenalised: !job.model.isPenalised
        case .lossOpened: job.opensLoss
        case .heldOutRows: job.holdout != .none
        case .heldOutSums: job.opensHeldOutSums
        case .folds: job.crossValidation > 0
        case .thetaEstimated: job.estimatesTheta
        case .passiveGroups: job.comparedGroups?.party.role == .passive
        case .furtherGroups: job.furtherParties.contains { $0.name == job.comparedGroups?.party.name }
        }
    }
}
