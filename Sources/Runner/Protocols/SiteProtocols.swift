package import Jobs
package import ProtocolKit
import Site

/// The session protocols of this program.
package enum SiteProtocols {
    /// A new one is a folder beside this file, and a line here.
    package static let all: [any SiteProtocol] = [
        FitProtocol(),
        AlignmentProtocol(),
        CountProtocol(),
        DescriptionProtocol(),
        PredictionProtocol(),
        PooledProtocol(),
        JointAlignmentProtocol(),
        JointFitProtocol(),
        JointDescriptionProtocol(),
        JointPredictionProtocol(),
    ]

    package static func named(_ purpose: String) -> (any SiteProtocol)? {
        all.first { $0.purpose.rawValue == purpose }
    }

    /// The same, for a name that a person wrote.
    ///
    /// - Throws: `Failure` 64 with the names that there are.
    package static func demand(_ purpose: String) throws -> any SiteProtocol {
        if let session = named(purpose) { return session }
        throw Failure(.usage, "unknownPurpose", "'\(purpose)' is none of: \(names)")
    }

    /// Rows of the leakage table that protocols bring with them.
    package static func leakage(of job: Job, rows: Int?) -> [LeakageTable.Row] {
        all.flatMap { $0.leakage(of: job, rows: rows) }
    }

    /// For help and errors: `fit, alignment, ...`
    package static var names: String { all.map(\.purpose.rawValue).joined(separator: ", ") }
}

extension SessionRegistry {
    /// What this program runs, verifies and replays.
    package static let moiety = SessionRegistry(SiteProtocols.all.map { $0 })
}
