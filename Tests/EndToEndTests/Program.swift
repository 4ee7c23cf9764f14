import Foundation
import Synchronization
import TestSupport
import Testing

/// The built `moiety`, as users run it.
enum Program {
    struct Ended: Sendable {
        let code: Int32
        let output: String
        let errors: String

        /// The envelope of `--format json`.
        var envelope: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:]
        }

        var errorCode: String? { (envelope["error"] as? [String: Any])?["code"] as? String }
    }

    struct NotBuilt: Error, CustomStringConvertible {
        let description = "no `moiety` beside the tests: scripts/build"
    }

    /// What `MOIETY` names, a release build for example; beside the test bundle; else where `swift build` puts it.
    static func path() throws -> String {
        if let named = ProcessInfo.processInfo.environment["MOIETY"] { return named }
        var folders = [Repository.root.appending(path: ".build/release")]
        if let runner = Bundle.main.executableURL { folders.insert(runner.deletingLastPathComponent(), at: 0) }
        for folder in folders {
            let path = folder.appending(path: "moiety").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw NotBuilt()
    }

    /// Runs it to its end.
    static func run(_ arguments: String..., in folder: String? = nil, input: String? = nil) async throws -> Ended {
        try await run(arguments, in: folder, input: input)
    }

    static func run(_ arguments: [String], in folder: String? = nil, input: String? = nil) async throws -> Ended {
        try await Running(path(), arguments, in: folder, input: input).wait()
    }

    /// Runs it as a user to whom modes of files apply (the superuser gives its capabilities away) while one file or folder has another mode.
    ///
    /// - Parameter path: nil for none.
    static func runAsPlainUser(
        _ arguments: String..., without path: String? = nil, mode: Int = 0
    ) async throws -> Ended {
        let before = try path.flatMap {
            try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
        }
        func set(_ mode: Int?) throws {
            guard let path, let mode else { return }
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        try set(mode)
        let ended =
            geteuid() == 0
            ? try await Running(
                "/usr/bin/setpriv", ["--inh-caps=-all", "--bounding-set=-all", Self.path()] + arguments, in: nil,
                input: nil
            ).wait()
            : try await run(arguments)
        try set(before)
        return ended
    }

    static func start(_ arguments: [String]) throws -> Running {
        try Running(path(), arguments, in: nil, input: nil)
    }

    /// Runs a shell script with the built program.
    static func script(_ path: String, _ arguments: [String]) async throws -> Ended {
        try await Running("/bin/sh", [path] + arguments, in: nil, input: nil, environment: ["MOIETY": Self.path()])
            .wait()
    }
}

/// A process whose output goes to files, so that no pipe can fill up and stall it.
final class Running: Sendable {
    let pid: Int32
    private let command: String
    private let folder: TemporaryFolder
    private let ended: AsyncStream<Int32>
    private let life: Life

    private final class Life: Sendable {
        let isOver = Mutex(false)
    }

    init(
        _ executable: String, _ arguments: [String], in working: String?, input: String?,
        environment: [String: String] = [:]
    ) throws {
        folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        if let working { process.currentDirectoryURL = URL(fileURLWithPath: working) }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        for name in ["out", "err", "in"] {
            try Data((name == "in" ? input ?? "" : "").utf8).write(to: URL(fileURLWithPath: folder.path(name)))
        }
        let handles = [
            FileHandle(forWritingAtPath: folder.path("out")), FileHandle(forWritingAtPath: folder.path("err")),
            FileHandle(forReadingAtPath: folder.path("in")),
        ]
        // The child has its own. Foundation keeps a Process and its handles, and crashes where a process has 1,360 descriptors: it copies
        // an entry of /proc/self/fd beyond the end of what was read.
        defer { for handle in handles { try? handle?.close() } }
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        process.standardInput = handles[2]
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        let life = Life()
        process.terminationHandler = { process in
            // Before anybody hears of the end: the system may give its number to another process.
            life.isOver.withLock { $0 = true }
            continuation.yield(process.terminationReason == .uncaughtSignal ? -1 : process.terminationStatus)
            continuation.finish()
        }
        try process.run()
        ended = stream
        pid = process.processIdentifier
        self.life = life
        command = ([executable] + arguments).joined(separator: " ")
    }

    /// A test that failed half-way must not leave a site waiting.
    deinit { send(SIGKILL) }

    /// What it wrote to standard error so far.
    var errors: String { (try? String(contentsOfFile: folder.path("err"), encoding: .utf8)) ?? "" }

    /// Until it ends, which it is made to after a time in which no machine that works is not done.
    func wait() async -> Program.Ended {
        let watch = Task {
            try await Task.sleep(for: .seconds(1200))
            Issue.record("has not ended, and is killed: \(command)\nit said: \(errors)")
            send(SIGKILL)
        }
        defer { watch.cancel() }
        var code: Int32 = -1
        for await status in ended { code = status }
        let output = (try? String(contentsOfFile: folder.path("out"), encoding: .utf8)) ?? ""
        return Program.Ended(code: code, output: output, errors: errors)
    }

    /// Until a text stands in its standard error.
    ///
    /// - Returns: false where it ended without it, or said nothing of it for ten minutes.
    func says(_ text: String) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            // In this order: its last words come before its end.
            let isOver = !isRunning
            if errors.contains(text) { return true }
            if isOver { return false }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// Sends signals, one after the other, as soon as a text stands in its standard error: by a process of its own, as tasks of this one may
    /// wait for a core until it is too late.
    ///
    /// - Parameters:
    ///   - seconds: after that.
    ///   - signals: each to one process.
    func after(_ text: String, then seconds: Double = 0, send signals: (signal: Int32, to: Running)...) throws {
        let kills = signals.map { "kill -\($0.signal) \($0.to.pid)" }.joined(separator: "; ")
        let script = "until grep -q \"$2\" \"$3\"; do kill -0 $1 || exit 1; sleep 0.02; done; sleep $4; \(kills)"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, "sh", "\(pid)", text, folder.path("err"), "\(seconds)"]
        try process.run()
    }

    var isRunning: Bool { !life.isOver.withLock { $0 } }

    func send(_ signal: Int32) {
        life.isOver.withLock { isOver in
            if !isOver { _ = kill(pid, signal) }
        }
    }
}

/// A file or folder of `examples/`.
func example(_ name: String) -> String {
    Repository.example(name)
}
