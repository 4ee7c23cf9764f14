/// Exit codes of the command line, as documented in the README; scripts may rely on them.
package enum ExitStatus: Int32, Sendable {
    case ok = 0
    case jobFailed = 1
    case verificationFailed = 2
    case timeout = 3
    case refusedByPolicy = 4
    case peersDisagree = 5
    case usage = 64
    case badData = 65
    case noInput = 66
    case peerUnreachable = 69
    case internalError = 70
    case cannotCreate = 73
    /// Standard output could not be written.
    case outputFailed = 74
    case protocolViolation = 76
    case permission = 77
    case configuration = 78
    case interrupted = 130
    /// The reader of standard output went away: as a shell says it of a process that SIGPIPE ended.
    case readerGone = 141
}
