#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// How much an owner blurs what it opens for the other party (training.md 3).
enum Dither {
    /// Noise is uniform over `2^exponent` around zero, in units of a gradient of standardised columns: an eighth of the
    /// pass's tolerance, so that the stop rule still sees the gradient.
    static func exponent(tolerance: Double) -> Int { Int(log2(tolerance).rounded(.down)) - 3 }
}
