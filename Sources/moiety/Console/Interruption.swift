import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, SIGTERM and SIGHUP: removes what is half written, ends the children that this process started, exits with 130.
enum Interruption {
    private struct State {
        var sources: [any DispatchSourceSignal] = []
        var folders: Set<String> = []
        var children: Set<Int32> = []
    }

    private static let state = Mutex(State())

    static func install() {
        state.withLock { state in
            guard state.sources.isEmpty else { return }
            for number in [SIGINT, SIGTERM, SIGHUP] {
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
                source.setEventHandler { finish() }
                source.resume()
                state.sources.append(source)
            }
        }
    }

    /// A folder that must not survive an interruption, until `forget` is called.
    static func remember(folder: String) {
        state.withLock { _ = $0.folders.insert(folder) }
    }

    static func forget(folder: String) {
        state.withLock { _ = $0.folders.remove(folder) }
    }

    /// A process that must not outlive this one.
    static func remember(child: Int32) {
        state.withLock { _ = $0.children.insert(child) }
    }

    static func forget(child: Int32) {
        state.withLock { _ = $0.children.remove(child) }
    }

    private static func finish() {
        state.withLock { state in
            for child in state.children { kill(child, SIGINT) }
            for folder in state.folders { try? FileManager.default.removeItem(atPath: folder) }
            try? FileHandle.standardError.write(contentsOf: Data("interrupted\n".utf8))
            exit(ExitStatus.interrupted.rawValue)
        }
    }
}
