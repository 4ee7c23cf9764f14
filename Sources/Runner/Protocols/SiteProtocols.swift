import Jobs
package import ProtocolKit

/// The session protocols of this program.
package enum SiteProtocols {
    /// A new one is a folder beside this file, and a line here.
    package static let all: [any SiteProtocol] = [
        FitProtocol(),
        AlignmentProtocol(),
        CountProtocol(),
        PredictionProtocol(),
    ]

    package static func named(_ purpose: String) -> (any SiteProtocol)? {
        all.first { $0.purpose.rawValue == purpose }
    }

    /// For help and errors: `fit, alignment, ...`
    package static var names: String { all.map(\.purpose.rawValue).joined(separator: ", ") }
}

extension SessionRegistry {
    /// What this program runs, verifies and replays.
    package static let moiety = SessionRegistry(SiteProtocols.all.map { $0 })
}
