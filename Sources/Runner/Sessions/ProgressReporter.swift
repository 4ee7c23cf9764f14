package import PrivateSetIntersection
package import SplitRegression
import Synchronization

/// One line an event on standard error, and of counted work at most one line in two seconds.
package final class ProgressReporter: Sendable {
    private struct State {
        var lastLine: ContinuousClock.Instant?
        /// What is done now, if it is no pass.
        var phase: String?
        /// Most passes of the fit under way; nil where there are none.
        var mostPasses: Int?
    }

    private let observer: any RunObserver
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(observer: any RunObserver) {
        self.observer = observer
    }

    var elapsed: Duration { ContinuousClock.now - start }

    package func say(_ text: String) {
        state.withLock { $0.lastLine = .now }
        observer.progress("\(stamp)  \(text)")
    }

    package func report(_ progress: AlignmentProgress) {
        switch progress.phase {
        case .keys: counted("aligning: keys and their proofs")
        case .evaluation: counted("aligning: \(progress.done) of \(progress.total) identifiers\(rest(progress))")
        case .tags: counted("aligning: \(progress.done) of \(progress.total) own tags")
        }
    }

    package func report(_ progress: TrainingProgress) {
        switch progress {
        case .keysExchanged(let bits): say("training keys of \(bits) bits exchanged and proven")
        case .rows(let pass, let done, let total):
            let phase = state.withLock { $0.phase }
            counted("\(phase ?? self.pass(pass)): \(done) of \(total) rows")
        case .pass(let pass, let norm):
            state.withLock { $0.phase = nil }
            say("\(self.pass(pass)): gradient norm \(Number.scientific(norm)) standard errors")
        case .phase(let name): begin(name)
        case .inference(let step): begin("standard errors: \(step)")
        case .finished(let passes): say("fitted in \(passes) \(passes == 1 ? "pass" : "passes")")
        }
    }

    /// Logistic fits mostly take about this many passes; what the job allows bounds them.
    private static let usualPasses = 7

    /// What a fit may take at most, for the lines of its passes.
    func expect(passes: Int?) { state.withLock { $0.mostPasses = passes } }

    private func begin(_ phase: String) {
        state.withLock { $0.phase = phase }
        say(phase)
    }

    /// `pass 3 of about 7 (at most 60)`.
    private func pass(_ number: Int) -> String {
        guard let most = state.withLock({ $0.mostPasses }) else { return "pass \(number)" }
        let expected = min(most, max(Self.usualPasses, number))
        return "pass \(number) of about \(expected) (at most \(most))"
    }

    private func rest(_ progress: AlignmentProgress) -> String {
        guard progress.done > 0, progress.done < progress.total else { return "" }
        let seconds = elapsed.seconds
        return ", \(Number.fixed(Double(progress.done) / max(seconds, 1e-3), decimals: 0)) a second"
    }

    private func counted(_ text: String) {
        let due = state.withLock { state in
            let now = ContinuousClock.now
            if let last = state.lastLine, now - last < .seconds(2) { return false }
            state.lastLine = now
            return true
        }
        if due { observer.progress("\(stamp)  \(text)") }
    }

    private var stamp: String {
        let text = Number.fixed(elapsed.seconds, decimals: 1)
        return String(repeating: " ", count: max(0, 7 - text.count)) + text + " s"
    }
}

extension Duration {
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
