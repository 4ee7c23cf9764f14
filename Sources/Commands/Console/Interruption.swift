import Dispatch
import Foundation
import Runner
import Site
import Synchronization

/// Ctrl-C, SIGTERM and SIGHUP: exit 130, with nothing half written left behind.
///
/// A command that has something to tidy up (a folder that it writes, processes that it started) is cancelled, so that
/// its peer hears why and its transcript is kept; with a second signal, or when it does not end in time, the process
/// ends at once. Any other command ends at once.
enum Interruption {
    private struct State {
        var sources: [any DispatchSourceSignal] = []
        var children: Set<Int32> = []
        var cancel: (@Sendable () -> Void)?
        var isInterrupted = false
        /// Why the program itself ends the command.
        var reason: Failure?
    }

    /// For the work of a chunk in hand, the words to the peer and what is moved or removed.
    private static let grace = 20
    private static let state = Mutex(State())

    /// Runs a command's work; a signal cancels it.
    ///
    /// - Throws: what `body` throws; `Failure` 130 instead when a signal ended it.
    static func watching<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        install()
        let task = Task { try await body() }
        let isOver = state.withLock { state in
            state.cancel = { task.cancel() }
            return state.reason != nil
        }
        if isOver { task.cancel() }
        do {
            return try await task.value
        } catch {
            if let reason = state.withLock({ $0.reason }) { throw reason }
            guard state.withLock({ $0.isInterrupted }) else { throw error }
            throw Failure(.interrupted, "interrupted", "ended by a signal")
        }
    }

    /// Cancels the command that runs, as a signal does; it ends with that failure.
    static func stop(because failure: Failure) {
        let cancel: (@Sendable () -> Void)? = state.withLock { state in
            if state.reason == nil { state.reason = failure }
            return state.cancel
        }
        cancel?()
    }

    /// Why the program itself ended the command that ran, if it did: what came of it is no verdict then.
    static var reason: Failure? { state.withLock { $0.reason } }

    /// A process that must not outlive this one.
    static func remember(child: Int32) {
        state.withLock { _ = $0.children.insert(child) }
    }

    static func forget(child: Int32) {
        state.withLock { _ = $0.children.remove(child) }
    }

    private static func install() {
        state.withLock { state in
            guard state.sources.isEmpty else { return }
            for number in [SIGINT, SIGTERM, SIGHUP] {
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
                source.setEventHandler { interrupt() }
                source.resume()
                state.sources.append(source)
            }
        }
    }

    private static func interrupt() {
        let cancel: (@Sendable () -> Void)? = state.withLock { state in
            guard !state.isInterrupted, let cancel = state.cancel,
                !(OpenFolders.shared.isEmpty && state.children.isEmpty)
            else { return nil }
            state.isInterrupted = true
            for child in state.children { kill(child, SIGINT) }
            return cancel
        }
        guard let cancel else { return finish() }
        say("interrupted: ending in order; once more to end at once")
        DispatchQueue.global(qos: .userInitiated).asyncAfter(deadline: .now() + .seconds(grace)) { finish() }
        cancel()
    }

    private static func finish() {
        state.withLock { state in
            for child in state.children { kill(child, SIGKILL) }
            OpenFolders.shared.discardAll {
                say("interrupted")
                exit(ExitStatus.interrupted.rawValue)
            }
        }
    }

    private static func say(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data("\(line)\n".utf8))
    }
}
