import Foundation
import Site
import Synchronization

/// A process of this same program. Its lines on standard error are passed on with a name before them.
final class ChildProcess: Sendable {
    let name: String
    let pid: Int32
    private let exit: Latch

    /// The program that runs now.
    static var ownExecutable: URL? { Bundle.main.executableURL }

    /// - Throws: `Failure` 70 when the process cannot be started.
    init(
        _ name: String, arguments: [String], onLine: @escaping @Sendable (String) -> Void
    ) throws {
        let process = Process()
        guard let executable = Self.ownExecutable else {
            throw Failure(.internalError, "noExecutable", "this program does not know its own path")
        }
        process.executableURL = executable
        process.arguments = arguments
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = pipe
        let lines = LineBuffer(onLine)
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                lines.finish()
            } else {
                lines.append(data)
            }
        }
        let latch = Latch()
        process.terminationHandler = { process in
            latch.set(process.terminationReason == .uncaughtSignal ? -1 : process.terminationStatus)
        }
        do {
            try process.run()
        } catch {
            throw Failure(.internalError, "cannotStart", "the process '\(name)' cannot be started")
        }
        self.name = name
        pid = process.processIdentifier
        exit = latch
        Interruption.remember(child: pid)
    }

    /// Its exit code; -1 when a signal ended it.
    func wait() async -> Int32 {
        let status = await exit.value()
        Interruption.forget(child: pid)
        return status
    }

    var isRunning: Bool { exit.current == nil }

    func stop() {
        if isRunning { kill(pid, SIGTERM) }
    }
}

/// A value that is set once and waited for.
private final class Latch: Sendable {
    private struct State {
        var value: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Mutex(State())

    var current: Int32? { state.withLock { $0.value } }

    func set(_ value: Int32) {
        let waiting = state.withLock { state in
            state.value = value
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: value) }
    }

    func value() async -> Int32 {
        await withCheckedContinuation { continuation in
            let value = state.withLock { state in
                if state.value == nil { state.waiting.append(continuation) }
                return state.value
            }
            if let value { continuation.resume(returning: value) }
        }
    }
}

/// Cuts a stream of bytes into lines.
private final class LineBuffer: Sendable {
    private let rest = Mutex(Data())
    private let onLine: @Sendable (String) -> Void

    init(_ onLine: @escaping @Sendable (String) -> Void) {
        self.onLine = onLine
    }

    func append(_ data: Data) {
        let lines = rest.withLock { rest in
            rest.append(data)
            var lines: [String] = []
            while let end = rest.firstIndex(of: 0x0A) {
                lines.append(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                rest = Data(rest[rest.index(after: end)...])
            }
            return lines
        }
        for line in lines { onLine(line) }
    }

    func finish() {
        let last = rest.withLock { String(decoding: $0, as: UTF8.self) }
        if !last.isEmpty { onLine(last) }
    }
}
