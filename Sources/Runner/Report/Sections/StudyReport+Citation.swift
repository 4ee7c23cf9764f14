import Foundation
import Jobs
import SplitRegression

/// How to name this fit in a paper, and how a stranger checks it.
extension StudyReport {
    var citationSection: ReportSection {
        ReportSection(
            "cite", "How to cite",
            [
                .heading("For the methods"), .paragraph(.text(methodsSentence)), .heading("References"),
                .list(references.map { .text($0) }),
            ])
    }

    private var methodsSentence: String {
        let verified: String
        switch verification.standing {
        case .holds: verified = "Its signed transcript was verified (\(verification.verdict)) at \(writtenAt)."
        case .broken: verified = "ITS TRANSCRIPT DOES NOT VERIFY: do not cite it."
        case .open: verified = "Its transcript holds in part only (\(verification.verdict))."
        case .unknown: verified = "Its transcript was not verified for this report."
        }
        return
            "A \(familyName) regression over columns of \(Self.names(job.parties.map(\.name))) was fitted "
            + "without joining their tables, with Moiety \(Release.version): people \(inTables) were found by "
            + "private set intersection, and coefficients were computed in additive shares under Paillier encryption "
            + "(keys of \(job.keys.bits) bits). Job \(results.job.prefix(16)), session "
            + "\(results.session.prefix(16)). \(verified)"
    }

    private var references: [String] {
        var list = [
            "Moiety, version \(Release.version): organisations fit one regression model; none sees another's table. "
                + "Apache License 2.0.",
            "Collins GS, Reitsma JB, Altman DG, Moons KGM. Transparent reporting of a multivariable prediction model "
                + "for individual prognosis or diagnosis (TRIPOD): the TRIPOD statement. Ann Intern Med "
                + "2015;162:55-63. doi:10.7326/M14-0697",
        ]
        if results.metrics?.auc != nil || results.holdOut?.auc != nil {
            list.append(
                "DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated receiver "
                    + "operating characteristic curves: a nonparametric approach. Biometrics 1988;44:837-845. "
                    + "doi:10.2307/2531595")
        }
        return list
    }

    var checkSection: ReportSection {
        let own = study.party
        let names = ([own] + results.peers).joined(separator: " or ")
        let isPair = results.peers.count == 1
        return ReportSection(
            "check", "Check it yourself",
            [
                .paragraph(
                    .prose(
                        isPair
                            ? "This page is no evidence: the transcript is. Ask \(names) for a copy of its `transcript` "
                                + "folder without `private/`, and for the job file. Then, with moiety:"
                            : "This page is no evidence: the transcripts are. Ask \(names) for a copy of its results folder "
                                + "with `transcripts`, each without `private/`, with `result.json` and the job file. Then, "
                                + "with moiety:")),
                .commands(
                    isPair
                        ? [
                            "moiety verify transcript --job job.yaml", "moiety verify transcript --explain",
                            "moiety verify transcript --peer-transcript PEERS-TRANSCRIPT",
                        ]
                        : [
                            "moiety verify RESULTS --job RESULTS/job.yaml",
                            "moiety verify RESULTS --with ANOTHER-PARTYS-RESULTS",
                            "moiety verify RESULTS/transcripts/\(results.peers[0]) --explain",
                        ]),
                .paragraph(
                    "Or with Python 3 alone, by a second program in Moiety's source tree, which shares no code with it:"
                ),
                .commands([
                    "scripts/verify-transcript " + (isPair ? "transcript" : "RESULTS/transcripts/\(results.peers[0])")
                ]),
                .paragraph(
                    .prose(
                        "Compare the job, the session, the roots and the identities that they print with those under "
                            + "Verification. The results themselves are bound to the transcript by salted hashes; "
                            + "\(own), who has the salt, checks them:")),
                .commands([
                    "moiety verify \(Self.word(study.name)) --site \(own)",
                    "moiety verify \(Self.word(study.name)) --site \(own) --replay     # needs payloads: full",
                ]),
            ])
    }

    /// As a shell takes it.
    private static func word(_ name: String) -> String {
        name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) }
            ? name : "'\(name.replacing("'", with: "'\\''"))'"
    }
}
