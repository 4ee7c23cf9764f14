internal import CMontgomery
internal import Foundation

/// Which implementation of batched modular arithmetic runs. Results are the same.
public enum ArithmeticPath: String, Sendable, CaseIterable {
    /// Eight residues at a time with AVX-512 IFMA.
    case ifma
    /// One at a time on GMP.
    case portable

    /// The faster one that this processor has; `MOIETY_ARITHMETIC=portable` in the environment forces the other.
    public static let current: ArithmeticPath = {
        if ProcessInfo.processInfo.environment["MOIETY_ARITHMETIC"] == "portable" { return .portable }
        return fastestAvailable
    }()

    /// What this processor can do, whatever the environment says.
    public static var fastestAvailable: ArithmeticPath { cm_ifma_available() != 0 ? .ifma : .portable }

    var code: Int32 { Int32(self == .ifma ? CM_PATH_IFMA : CM_PATH_PORTABLE) }
}
