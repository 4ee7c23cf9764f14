/// Which regression model is fitted. Jobs and results that a commitment is made to name it: the words are written out.
public enum ModelFamily: String, Sendable, Hashable, CaseIterable, Codable {
    case linear = "linear"
    case logistic = "logistic"
}
