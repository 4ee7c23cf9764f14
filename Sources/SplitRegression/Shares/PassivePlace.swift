/// A passive party of a training: the one that has shares, or a further one (multiparty-training.md 1).
package enum PassivePlace: Sendable, Hashable {
    /// B, or with further parties the helper.
    case sharing
    /// By its place among the further ones.
    case further(Int)

    /// The number of the further party.
    package var further: Int? { if case .further(let index) = self { index } else { nil } }
}

extension TrainingFacts {
    /// From the first one on, as their columns stand in joint vectors.
    package var passivePlaces: [PassivePlace] { [.sharing] + otherColumns.indices.map { .further($0) } }

    package func columns(of place: PassivePlace) -> Int { place.further.map { otherColumns[$0] } ?? passiveColumns }

    /// Of the fit after these steps.
    package func after(_ steps: some Sequence<TrainingStep>) -> TrainingFacts {
        steps.reduce(self) { facts, step in
            if case .leaveOut(let place) = step { facts.without(columnOf: place) } else { facts }
        }
    }
}
