import TestSupport
import Testing

/// Two parties: real processes over real TLS on the loopback interface. One after the other, so that not every test's parties
/// compute at once.
@Suite(.serialized) struct EndToEnd {}

/// Three and more parties, likewise. They run beside those of two: a party waits for the others most of its time, and one row of
/// tests leaves processors idle.
@Suite(.serialized) struct EndToEndOfMany {}

/// The examples, likewise: a third row, as the first is the longest.
@Suite(.serialized) struct EndToEndOfExamples {}

extension Trait where Self == TimeLimitTrait {
    /// Ends what hangs; no machine that works is as slow as that. A process is ended before, and says what it had said (``Running``).
    static var stopsAHang: Self { .timeLimit(.minutes(30)) }
}
