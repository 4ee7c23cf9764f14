/// What a training asks before it opens what a site counts by itself. What these throw ends the training.
public struct TrainingOpenings: Sendable {
    /// Before each party's coefficients go to it, with how often that has been so, this time among them: 1, 2, ...
    public var coefficients: @Sendable (_ times: Int) throws -> Void
    /// Before scores go to the active party.
    public var scores: @Sendable () throws -> Void

    public init(
        coefficients: @escaping @Sendable (_ times: Int) throws -> Void = { _ in },
        scores: @escaping @Sendable () throws -> Void = {}
    ) {
        self.coefficients = coefficients
        self.scores = scores
    }
}
