package import Foundation
import Records
import Site

/// Where commands print what they were asked for. What was not written is never taken for printed.
package enum StandardOutput {
    /// - Throws: `Failure` 74 where the disk or the device refuses; 141, which is said to nobody, where the reader went away
    ///   (`| head`).
    package static func write(_ text: String, to handle: FileHandle = .standardOutput) throws {
        do {
            try handle.write(contentsOf: Data(text.utf8))
        } catch {
            throw failure(error)
        }
    }

    private static func failure(_ error: any Error) -> Failure {
        guard SystemReason.code(of: error) != .EPIPE else {
            return Failure(.readerGone, "readerGone", "the reader of standard output went away")
        }
        return Failure(
            .outputFailed, "outputFailed", "standard output could not be written: \(SystemReason.words(error))",
            hint: "what was printed is not complete; the work itself is done")
    }
}
