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
        let fits: [SessionPurpose] = [.fit, JointFitProtocol().purpose]
        guard let other = fitReport.summary, let kind = other.purpose, fits.contains(kind),
            other.jobHash == summary.jobHash
        else {
            return failed("otherFit", "The other transcript is not of a fit of this job.")
        }
        let names = summary.parties.map { "\($0.name) \($0.identity)" }
        guard Set(names) == Set(other.parties.map { "\($0.name) \($0.identity)" }) else {
            return failed("otherFit", "The fit was between other parties, or under other identities.")
        }
        for party in summary.parties.map(\.name) {
            guard let used = try used(by: party, signed: summary.signed[party] ?? 0) else {
                // What a copy says of a peer that never signed it is its keeper's claim.
                guard report.verdict == .notClosed else {
                    return failed("modelMissing", "\(party) did not commit to its model.")
                }
                return skipped("\(party) signed no commitment to its model")
            }
            guard let committed = try committed(by: party) else {
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
    ///
    /// - Parameter signed: how many of its records its own signed heads cover.
    private func used(by party: String, signed: UInt64) throws -> Bytes32? {
        var found: Bytes32?
        try TranscriptListing(folder: prediction).forEachRecord(from: party) { item in
            guard item.record.sequence < signed else { return false }
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

/// M01 of a prediction of several parties: each of its keeper's sessions against that of the fit with the same peer.
package struct MeshFitComparison {
    private let prediction: MeshCopy
    private let fit: MeshCopy

    /// - Throws: `Failure` 65 for folders that have no sessions of one party.
    package init(prediction: String, fit: String) throws {
        self.prediction = try MeshCopy(prediction)
        self.fit = try MeshCopy(fit)
    }

    package func finding(_ report: MeshReport, _ fitReport: MeshReport) throws -> VerificationReport.Finding {
        guard prediction.keeper == fit.keeper else {
            return .init(
                check: .m01, status: .failed, error: "otherFit",
                sentence: "The prediction's folder is \(prediction.keeper)'s, the fit's is \(fit.keeper)'s.")
        }
        if let failure = report.failure, failure.check != .m01 {
            return .init(
                check: .m01, status: .notEvaluated,
                sentence: "Not evaluated: this copy alone does not hold ([\(failure.check.rawValue)]).")
        }
        if let failure = fitReport.failure {
            return .init(
                check: .m01, status: .failed, error: "fitInvalid",
                sentence: "The fit's transcripts do not hold: [\(failure.check.rawValue)].")
        }
        for party in prediction.job.others(than: prediction.keeper).map(\.name) {
            guard let (used, committed) = transcripts(with: party),
                let (one, other) = reports(with: party, report, fitReport)
            else {
                return .init(
                    check: .m01, status: .notEvaluated, sentence: "Not evaluated: a session with \(party) is missing.")
            }
            let finding = try FitComparison(prediction: used, fit: committed).finding(one, other)
            guard finding.status == .passed else { return finding }
        }
        return .init(check: .m01, status: .passed, sentence: Check.m01.sentence)
    }

    private func transcripts(with party: String) -> (String, String)? {
        guard let used = prediction.pairs[party], let committed = fit.pairs[party] else { return nil }
        return (used.transcript, committed.transcript)
    }

    private func reports(
        with party: String, _ report: MeshReport, _ fitReport: MeshReport
    ) -> (VerificationReport, VerificationReport)? {
        func of(_ all: MeshReport) -> VerificationReport? {
            all.pairs.first { $0.keeper == prediction.keeper && $0.peer == party }?.report
        }
        guard let one = of(report), let other = of(fitReport) else { return nil }
        return (one, other)
    }
}
