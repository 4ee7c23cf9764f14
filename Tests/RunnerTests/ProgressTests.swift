import Site
import Synchronization
import Testing

@testable import Runner
@testable import SplitRegression

/// What people see while a job runs, and at its end.
@Suite struct ProgressTests {
    /// A terminal.
    private final class Screen: RunObserver {
        private let kept = Mutex<(events: [String], statuses: [String])>(([], []))
        var events: [String] { kept.withLock { $0.events } }
        var statuses: [String] { kept.withLock { $0.statuses } }
        let updatesInPlace: Bool

        init(updatesInPlace: Bool) { self.updatesInPlace = updatesInPlace }

        func progress(_ text: String) { kept.withLock { $0.events.append(text) } }
        func status(_ text: String) { kept.withLock { $0.statuses.append(text) } }
        func warning(_ text: String) {}
        func sessionFailed(_ failure: Failure) {}
    }

    private final class Clock: Sendable {
        private let seconds = Mutex(0.0)
        private let start = ContinuousClock.now
        var now: ContinuousClock.Instant { start + .milliseconds(Int(seconds.withLock { $0 } * 1000)) }
        func advance(_ count: Double) { seconds.withLock { $0 += count } }
    }

    private func reporter(_ screen: Screen, _ clock: Clock) -> ProgressReporter {
        let reporter = ProgressReporter(observer: screen, now: { clock.now })
        reporter.expect(passes: 60)
        reporter.count { (12_300_000, 950) }
        return reporter
    }

    /// A pass of 1000 rows in ten seconds.
    private func pass(_ number: Int, _ reporter: ProgressReporter, _ clock: Clock) {
        for done in stride(from: 100, through: 1000, by: 100) {
            clock.advance(1)
            reporter.report(.rows(pass: number, done: done, of: 1000))
        }
        reporter.report(.pass(number, gradientNorm: 0.0585))
    }

    @Test func terminalHasOneLineThatSaysWhereThePassStands() throws {
        let (screen, clock) = (Screen(updatesInPlace: true), Clock())
        let reporter = reporter(screen, clock)
        reporter.report(.pass(0, gradientNorm: 3))
        pass(1, reporter, clock)
        #expect(screen.events.count == 2 && screen.statuses.count == 10)
        #expect(screen.events[1].hasSuffix("pass 1 of about 7 (at most 60): gradient norm 0.0585 standard errors"))
        pass(2, reporter, clock)
        let last = try #require(screen.statuses.last)
        #expect(
            last == "   20.0 s  pass 2 of about 7 (at most 60): 1000 of 1000 rows, norm 0.0585, 100 a second, "
                + "12 MB sent, 950 B received, about 50 s left", "\(last)")
        // Two calls at once are one line.
        reporter.report(.rows(pass: 3, done: 1, of: 1000))
        #expect(screen.statuses.count == 20)
    }

    @Test func logHasALineInTwoSeconds() {
        let (screen, clock) = (Screen(updatesInPlace: false), Clock())
        let reporter = reporter(screen, clock)
        pass(1, reporter, clock)
        #expect(screen.statuses.isEmpty && screen.events.count == 6)
        #expect(screen.events[1].contains("pass 1 of about 7 (at most 60): 300 of 1000 rows, 100 a second"))
        reporter.report(.phase("log-likelihood"))
        clock.advance(3)
        reporter.report(.rows(pass: 1, done: 10, of: 1000))
        #expect(screen.events.last?.hasSuffix("log-likelihood: 10 of 1000 rows, 12 MB sent, 950 B received") == true)
    }

    @Test func statusLinesTakeEachOthersPlace() {
        #expect(StatusLine.drawn("abc") == "\r\u{1B}[K\u{1B}[?7labc\u{1B}[?7h")
        #expect(StatusLine.cleared == "\r\u{1B}[K")
    }

    @Test(arguments: [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345_678, "12 MB"), (5_200_000_000, "5.2 GB")])
    func amounts(_ count: Int, _ text: String) { #expect(Number.bytes(count) == text) }

    @Test(arguments: [(3.2, "3 s"), (89.0, "89 s"), (100.0, "2 min"), (5399.0, "90 min"), (7200.0, "2.0 h")])
    func durations(_ seconds: Double, _ text: String) { #expect(Number.duration(seconds) == text) }

    @Test(arguments: [
        (9.97e-7, "1.0e-6"), (9.94e-7, "9.9e-7"), (-9.99e-8, "-1.0e-7"), (1234.0, "1.2e3"), (0.0123, "0.0123"),
    ])
    func scientific(_ value: Double, _ text: String) { #expect(Number.scientific(value) == text) }

    private func term(_ name: String, _ estimate: Double, sd: Double, error: Double?) -> FittedTerm {
        FittedTerm(
            term: name, estimate: estimate, standardized: estimate * sd, standardError: error, degreesOfFreedom: nil)
    }

    @Test func forestPlotOfOneStandardDeviation() throws {
        let terms = [
            term("(Intercept)", 50, sd: 1, error: 1), term("age", 0.05, sd: 10, error: 0.01),
            term("marker", -0.25, sd: 1, error: 0.2), term("none", 1, sd: 1, error: nil),
        ]
        let plot = try #require(ForestLines(terms, ratio: "odds ratio")).text.split(separator: "\n").map(String.init)
        #expect(plot.count == 4)
        #expect(plot[0] == "odds ratios of one standard deviation of each column, with 95% intervals")
        #expect(plot[1] == "          0.5                 1                2.01", "\(plot[1])")
        let (age, marker) = (plot[2], plot[3])
        #expect(age.hasPrefix("  age     ") && marker.hasPrefix("  marker  "))
        // 0.5 of 0.696 on the right of no effect, its interval beside it; the other one's crosses the middle.
        #expect(age.contains("|") && !marker.contains("|"))
        let middle = 10 + 20
        #expect(Array(age)[middle] == "|" && Array(marker)[middle] == "-")
        #expect(Array(age).firstIndex(of: "o") == middle + 14, "\(age)")
        #expect(Array(marker).firstIndex(of: "o") == middle - 7, "\(marker)")
        #expect(plot.allSatisfy { $0.count <= 10 + 41 || $0 == plot[0] })
    }

    @Test func noForestWithoutIntervals() {
        #expect(
            ForestLines([term("(Intercept)", 5, sd: 1, error: 1), term("age", 1, sd: 1, error: nil)], ratio: nil) == nil
        )
        #expect(ForestLines([FittedTerm(leftOut: "age")], ratio: nil) == nil)
    }
}
