package import Transcript

extension Failure {
    package init(describing error: TranscriptError) {
        switch error {
        case .missingFile(let name): self.init(.noInput, "missingFile", "the transcript has no \(name)")
        case .unreadable(let name):
            self.init(
                .permission, "cannotRead", "\(name) in the transcript cannot be read",
                hint: "it is there: may this user read it, and is the disk well?")
        case .notRegular(let name):
            self.init(.badData, "notRegular", "\(name) in the transcript is not a regular file")
        case .fileTooLarge(let name): self.init(.badData, "fileTooLarge", "\(name) in the transcript is too large")
        case .notCanonical(let file):
            self.init(.badData, "notCanonical", "\(file) does not have the form of a transcript file")
        case .cannotWrite(let name): self.init(.cannotCreate, "cannotWrite", "\(name) cannot be written")
        case .alreadyThere(let name): self.init(.cannotCreate, "outputExists", "\(name) exists already")
        case .invalidApproval(let party):
            self.init(
                .badData, "invalidApproval", "the approval of '\(party)' cannot be read, or its signature is wrong")
        case .notCountersigned(let sequence, let size):
            self.init(
                .noInput, "notCountersigned",
                "record \(sequence) is not covered by a countersigned head: the last one has \(size) records",
                hint: "moiety log show lists what there is")
        case .invalidTimestamp(let reason):
            self.init(.badData, "invalidTimestamp", "this timestamp is not of this transcript: \(reason)")
        case .otherSeed(let party):
            self.init(.verificationFailed, "otherSeed", "the seed is not the one that \(party) committed to")
        }
    }
}
