package import Site
package import Transcript

extension VerificationReport {
    /// Why nothing could be said about the transcript at all: this user may not read a file of it.
    ///
    /// - Parameter folder: the transcript, for the message.
    package func unreadable(in folder: String) -> Failure? {
        guard let failure, failure.check == .t01, failure.error == "fileUnreadable" else { return nil }
        return Failure(
            .permission, "cannotRead", "\(folder): \(failure.sentence)",
            hint: "it is there: may this user read it, and is the disk well? Nothing was verified")
    }
}
