public import Wire

/// What is summed: a pure function of the sums opened before, so that every site, a site that came back, and a verifier
/// arrive at the same.
public protocol SumProgram: Sendable {
    /// Not a number of 128 bits itself: Swift 6.3 misplaces those between tasks (a crash); arrays of them are right.
    associatedtype Request: Sendable

    /// Hash of all of this site's own rows that vectors may depend on: kept by the site, never sent.
    var input: Bytes32 { get }

    /// The next vector to sum; nil at the end.
    ///
    /// - Throws: where the sums say that there is no result; the same at every site.
    func next(after sums: [OpenedSum]) throws -> SumStep<Request>?

    /// This site's vector, of the step's count.
    func contribution(to request: Request) throws -> [UInt128]
}

/// One vector to be summed.
public struct SumStep<Request: Sendable>: Sendable {
    /// For people: "iteration 3".
    public let name: String
    /// Hash of all that the vector depends on beside the rows.
    public let point: Bytes32
    /// Numbers in the vector.
    public let count: Int
    public let request: Request

    public init(name: String, point: Bytes32, count: Int, request: Request) {
        self.name = name
        self.point = point
        self.count = count
        self.request = request
    }
}

/// A sum that this site is about to take part in, or that was opened.
public struct SumNotice: Sendable, Equatable {
    /// Sums that were opened before. A sum that is opened again after an interruption has its number again: debited once.
    public let number: Int
    /// "counts", "iteration 3", "last point", "robust errors", "null model".
    public let name: String
    /// Numbers in it.
    public let values: Int
    /// Hash of what it is evaluated at: the same number at another point is another sum.
    public let point: Bytes32
    /// Names of the sites in it; before it is opened, of those that it may be of.
    public let sites: [String]

    public init(number: Int, name: String, values: Int, point: Bytes32, sites: [String]) {
        self.number = number
        self.name = name
        self.values = values
        self.point = point
        self.sites = sites
    }
}
