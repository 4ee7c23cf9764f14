import Jobs
import ProtocolKit
import SplitRegression
package import Transcript
import Wire

/// M01: whether the parties of a prediction brought the parts of the model to which they committed in a fit
/// (`protocols/transcript.md` 7.2). Needs the fit's transcript and no secrets.
package struct FitComparison {
    private let prediction: String
    private let fit: String

    package init(prediction: String, fit: String) {
        self.prediction = prediction
        self.fit = fit
    }

    /// - Parameters:
    ///   - report: of the prediction.
    ///   - fitReport: of the fit, by the same options.
    package func finding(_ report: VerificationReport, _ fitReport: VerificationReport) throws
        -> VerificationReport.Finding
    {
        func skipped(_ reason: String) -> VerificationReport.Finding {
            .init(check: .m01, status: .notEvaluated, sentence: "Not evaluated: \(reason).")
        }
        func failed(_ error: String, _ sentence: String) -> VerificationReport.Finding {
            .init(check: .m01, status: .failed, error: error, sentence: sentence)
        }
        if report.failure != nil { return skipped("this copy alone does not hold") }
        guard let summary = report.summary, let purpose = summary.purpose,
            SessionRegistry.moiety[purpose]?.commitments.contains(ModelBinding.label) == true
        else { return skipped("this session used no model") }
        if let failure = fitReport.failure {
            return failed("fitInvalid", "The fit's transcript does not hold: [\(failure.check.rawValue)].")
        }
        guard fitReport.verdict != .notClosed else { return skipped("the fit was not closed") }
        guard let other = fitReport.summary, other.purpose == .fit, other.jobHash == summary.jobHash else {
            return failed("otherFit", "The other transcript is not of a fit of this job.")
        }
        let names = summary.parties.map { "\($0.name) \($0.identity)" }
        guard Set(names) == Set(other.parties.map { "\($0.name) \($0.identity)" }) else {
            return failed("otherFit", "The fit was between other parties, or under other identities.")
        }
        for party in summary.parties.map(\.name) {
            guard let used = try used(by: party), let committed = try committed(by: party) else {
                return failed("modelMissing", "\(party) did not commit to its model.")
            }
            guard used == committed else {
                return failed(
                    "modelMismatch", "\(party) predicted with another model than the one it committed to in that fit.")
            }
        }
        return .init(check: .m01, status: .passed, sentence: Check.m01.sentence)
    }

    /// H of the root that a party named before the prediction's first protocol message.
    private func used(by party: String) throws -> Bytes32? {
        var found: Bytes32?
        try TranscriptListing(folder: prediction).forEachRecord(from: party) { item in
            guard item.record.type == .commitments, let payload = item.payload else { return true }
            let items = try InputCommitments(payload: payload).items
            found = items.first { $0.label == ModelBinding.label }.map { Bytes32(hashing: $0.root.bytes) }
            return false
        }
        return found
    }

    /// H of the root that a party sent at the end of the fit: its record has it, even where the payload was pruned.
    private func committed(by party: String) throws -> Bytes32? {
        var found: Bytes32?
        try TranscriptListing(folder: fit).forEachRecord(from: party) { item in
            guard item.record.type == .modelCommitment else { return true }
            found = item.record.payloadHash
            return false
        }
        return found
    }
}
