package import PrivateSetIntersection
package import SplitRegression
import Synchronization

/// One line an event on standard error. Of counted work at most one line in two seconds, or on a terminal one that is drawn over.
package final class ProgressReporter: Sendable {
    private struct State {
        var lastLine: ContinuousClock.Instant?
        /// What is done now, if it is no pass.
        var phase: String?
        /// Most passes of the fit under way; nil where there are none.
        var mostPasses: Int?
        var pace = WorkPace()
        var transfer: (@Sendable () -> (sent: Int, received: Int))?
    }

    private let observer: any RunObserver
    private let now: @Sendable () -> ContinuousClock.Instant
    private let start: ContinuousClock.Instant
    private let state = Mutex(State())

    init(observer: any RunObserver, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.observer = observer
        self.now = now
        start = now()
    }

    var elapsed: Duration { now() - start }

    /// Where the bytes of the session are counted.
    func count(_ transfer: @escaping @Sendable () -> (sent: Int, received: Int)) {
        state.withLock { $0.transfer = transfer }
    }

    package func say(_ text: String) {
        state.withLock { $0.lastLine = now() }
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
            counted(rows(pass, done, total))
        case .pass(let pass, let norm):
            state.withLock {
                $0.phase = nil
                $0.pace.end(norm: norm, at: now())
            }
            say("\(self.pass(pass)): gradient norm \(Number.scientific(norm)) standard errors")
        case .phase(let name): begin(name)
        case .inference(let step): begin(step)
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
        if number == 0 { return "start" }
        guard let most = state.withLock({ $0.mostPasses }) else { return "pass \(number)" }
        let expected = min(most, max(Self.usualPasses, number))
        return "pass \(number) of about \(expected) (at most \(most))"
    }

    /// `pass 3 of about 7 (at most 60): 1,024 of 20,000 rows, norm 0.058, 900 a second, 12 MB sent, 50 MB received, 40 s left`
    private func rows(_ pass: Int, _ done: Int, _ total: Int) -> String {
        let name = state.withLock { $0.phase } ?? self.pass(pass)
        let (pace, most, isPass, bytes) = state.withLock { state in
            let rate = state.pace.take(name, done: done, at: now())
            return ((rate, state.pace), state.mostPasses, state.phase == nil, state.transfer?())
        }
        var parts = ["\(done) of \(total) rows"]
        if isPass, let norm = pace.1.norm { parts.append("norm \(Number.scientific(norm))") }
        if let rate = pace.0 { parts.append("\(Number.fixed(rate, decimals: 0)) a second") }
        if let bytes {
            parts += ["\(Number.bytes(bytes.sent)) sent", "\(Number.bytes(bytes.received)) received"]
        }
        if isPass, let most {
            let expected = min(most, max(Self.usualPasses, pass))
            if let seconds = pace.1.left(passes: expected - pass + 1, at: now()) {
                parts.append("about \(Number.duration(seconds)) left")
            }
        }
        return "\(name): " + parts.joined(separator: ", ")
    }

    private func rest(_ progress: AlignmentProgress) -> String {
        guard progress.done > 0, progress.done < progress.total else { return "" }
        let seconds = elapsed.seconds
        return ", \(Number.fixed(Double(progress.done) / max(seconds, 1e-3), decimals: 0)) a second"
    }

    private func counted(_ text: String) {
        let inPlace = observer.updatesInPlace
        let due = state.withLock { state in
            let now = now()
            if let last = state.lastLine, now - last < (inPlace ? .milliseconds(200) : .seconds(2)) { return false }
            state.lastLine = now
            return true
        }
        guard due else { return }
        let line = "\(stamp)  \(text)"
        if inPlace { observer.status(line) } else { observer.progress(line) }
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
