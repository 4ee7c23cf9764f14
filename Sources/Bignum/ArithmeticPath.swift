internal import CMontgomery
internal import Foundation

/// Which implementation of batched modular arithmetic runs, the fastest first. Results are the same.
public enum ArithmeticPath: String, Sendable, CaseIterable {
    /// Eight residues at a time with AVX-512 IFMA.
    case ifma
    /// Eight residues at a time with AVX-512 on processors without IFMA.
    case avx512
    /// Four residues at a time with AVX2.
    case avx2
    /// One at a time with the instructions `mulx`, `adcx` and `adox` (BMI2 and ADX).
    case adx
    /// One at a time on GMP.
    case portable

    /// The fastest one that this processor has, or the one that `MOIETY_ARITHMETIC` in the environment names, if it is there.
    public static let current: ArithmeticPath =
        ProcessInfo.processInfo.environment["MOIETY_ARITHMETIC"].flatMap { ArithmeticPath(available: $0) }
        ?? fastestAvailable

    /// The path of that name, if this processor and this build have it.
    public init?(available name: String) {
        guard let path = ArithmeticPath(rawValue: name), path.isAvailable else { return nil }
        self = path
    }

    /// Those that this processor and this build have, the fastest first.
    public static var available: [ArithmeticPath] { allCases.filter(\.isAvailable) }

    /// What this processor can do, whatever the environment says.
    public static var fastestAvailable: ArithmeticPath { available.first ?? .portable }

    public var isAvailable: Bool { cm_path_available(code) != 0 }

    /// About what a product takes compared with one on the IFMA path of the same year's processor: for estimates.
    public var relativeCost: Double {
        switch self {
        case .ifma: 1
        case .avx512: 3.8
        case .avx2, .adx: 5.3
        case .portable: 8.5
        }
    }

    init?(code: Int32) {
        guard let path = ArithmeticPath.allCases.first(where: { $0.code == code }) else { return nil }
        self = path
    }

    var code: Int32 {
        switch self {
        case .ifma: Int32(CM_PATH_IFMA)
        case .avx512: Int32(CM_PATH_AVX512)
        case .avx2: Int32(CM_PATH_AVX2)
        case .adx: Int32(CM_PATH_ADX)
        case .portable: Int32(CM_PATH_PORTABLE)
        }
    }
}
