import Foundation
import Runner
import Site
import Synchronization

/// Where a command speaks: data on standard output, everything else on standard error.
///
/// One line an event. On a terminal a last line says where counted work stands, and is drawn over; logs have plain lines.
struct Console: RunObserver {
    let format: OutputFormat
    let quiet: Bool
    let verbose: Bool
    let colour: Bool
    /// Whether standard error is a terminal that a line may be drawn over.
    let updatesInPlace: Bool

    init(_ options: OutputOptions) {
        format = options.format
        quiet = options.quiet
        verbose = options.verbose
        // https://no-color.org: any non-empty value switches colour off.
        let refused = ProcessInfo.processInfo.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let isTerminal = isatty(STDERR_FILENO) == 1
        colour = !refused && isTerminal
        let kind = ProcessInfo.processInfo.environment["TERM"]
        updatesInPlace = isTerminal && kind != nil && kind != "dumb" && !options.verbose && !options.quiet
    }

    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Data for the caller.
    ///
    /// - Throws: as `StandardOutput.write`.
    func data(_ text: String) throws {
        let text = text.hasSuffix("\n") ? text : text + "\n"
        Self.write("", to: .standardError)
        try StandardOutput.write(format == .text ? Self.printable(text) : text)
    }

    /// What is happening, for people.
    func progress(_ text: String) {
        guard !quiet else { return }
        Self.write(Self.printable(text) + "\n", to: .standardError)
    }

    func status(_ text: String) {
        guard updatesInPlace else { return progress(text) }
        Self.isDrawn.withLock { isDrawn in
            isDrawn = true
            Self.put(StatusLine.drawn(Self.printable(text)), to: .standardError)
        }
    }

    /// Whether the terminal's last line is one that is drawn over: it goes before anything else is said.
    private static let isDrawn = Mutex(false)

    /// What only somebody who looks for a fault wants to read.
    func detail(_ text: String) {
        guard verbose else { return }
        Self.write(Self.printable(text) + "\n", to: .standardError)
    }

    func warning(_ text: String) {
        Self.write("\(painted("warning:", code: 33)) \(Self.printable(text))\n", to: .standardError)
    }

    /// - Parameter asData: whether it is the reply of the command.
    func report(_ failure: Failure, asData: Bool = true) {
        if asData, format == .json, let line = try? Envelope<NoPayload>(failure: failure).line() {
            // When standard output takes nothing, the error is said on the other one.
            if (try? data(line)) != nil { return }
        }
        Self.say(failure, after: painted("error:", code: 31))
    }

    static func say(_ failure: Failure, after word: String = "error:") {
        var text = "\(word) \(printable(failure.message)) [\(failure.code)]\n"
        if let hint = failure.hint { text += "hint: \(printable(hint))\n" }
        write(text, to: .standardError)
    }

    /// Stays in its line; standard output is for data.
    static func ask(_ question: String) { write(printable(question), to: .standardError) }

    func sessionFailed(_ failure: Failure) { report(failure, asData: false) }

    /// Files of strangers must not steer a terminal or turn text around: what is no character to look at is shown as
    /// such. Lines stay lines.
    static func printable(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where scalar != "\n" && scalar != "\t", .format, .lineSeparator, .paragraphSeparator:
                out.append("\u{FFFD}")
            default: out.append(scalar)
            }
        }
        return String(out)
    }

    private func painted(_ text: String, code: Int) -> String {
        colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private static func write(_ text: String, to handle: FileHandle) {
        isDrawn.withLock { isDrawn in
            put((isDrawn ? StatusLine.cleared : "") + text, to: handle)
            isDrawn = false
        }
    }

    private static func put(_ text: String, to handle: FileHandle) {
        // Where standard error takes nothing, there is nobody left to tell.
        try? handle.write(contentsOf: Data(text.utf8))
    }
}
