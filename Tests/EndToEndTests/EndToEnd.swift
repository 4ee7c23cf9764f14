import TestSupport
import Testing

/// Real processes over real TLS on the loopback interface. One after the other: each test keeps both cores busy, and
/// what it waits for must not depend on the others.
@Suite(.serialized) struct EndToEnd {}

extension Trait where Self == TimeLimitTrait {
    /// Ends what hangs; no machine that works is as slow as that.
    static var stopsAHang: Self { .timeLimit(.minutes(30)) }
}
