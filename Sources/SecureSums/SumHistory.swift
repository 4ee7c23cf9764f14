/// How far a site has been in a mesh, and how often it went back: whoever could take it back further than one sum, or again and again,
/// would have sums at points of its choice that are compared with nothing (`protocols/row-split.md` 5.1).
struct SumHistory: Sendable {
    enum Refusal: Error, Sendable, Equatable {
        case tooFar, tooOften
    }

    /// Most times that one sum is opened again.
    static let mostReopenings = 3

    /// Most sums that this site has had, those of its saved state among them.
    private var highest: Int
    private var reopenings = 0

    init(opened: Int) { highest = opened }

    mutating func reached(_ opened: Int) {
        guard opened > highest else { return }
        (highest, reopenings) = (opened, 0)
    }

    mutating func goBack(to opened: Int) throws(Refusal) {
        guard opened + 1 >= highest else { throw .tooFar }
        guard reopenings < Self.mostReopenings else { throw .tooOften }
        reopenings += 1
    }
}
