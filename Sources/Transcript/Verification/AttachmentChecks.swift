import Foundation
import Wire

/// T29, T30: what lies beside the evidence. Timestamps come after the outcome is signed; the build note before.
extension VerificationRun {
    /// T15, T04: the outcome's second signature, by its keeper's ML-DSA key.
    mutating func checkSecondSignature() {
        guard let keeper = parties?.keeper.name else { return }
        let name = TranscriptLayout.secondSignature
        guard layout.exists(name) else {
            if options.pinnedSecond[keeper] != nil, outcome != nil {
                reasons.append("\(keeper)'s ML-DSA key did not sign")
                findings.warn(
                    .t15, "secondSignatureMissing",
                    "\(keeper) has an ML-DSA key, but the outcome has no signature by it.")
            }
            return
        }
        guard let bytes = try? layout.read(name, limit: SecondSignature.length),
            let second = SecondSignature(encoded: bytes)
        else {
            findings.fail(.t01, "fileNotCanonical", "\(name) does not have the one form that a writer gives it.")
            return
        }
        guard let signed = try? layout.read(TranscriptLayout.outcome, limit: Outcome.maximumLength),
            second.isValid(of: signed)
        else {
            findings.fail(.t15, "secondSignatureInvalid", "The outcome's ML-DSA signature does not verify.")
            return
        }
        if let pinned = options.pinnedSecond[keeper], pinned != second.key {
            findings.fail(.t04, "secondIdentityMismatch", "\(keeper)'s ML-DSA key is not the one pinned.")
            return
        }
        let trust = options.pinnedSecond[keeper] == nil ? "; that key was not compared with a pinned one" : ""
        findings.made(.t15, remark: "\(Check.t15.sentence) ML-DSA-65 signs it too\(trust).")
    }

    mutating func checkTimestamps() {
        guard let parties, layout.exists(TranscriptLayout.timestamps) else { return }
        findings.made(.t29)
        let signed = TranscriptTimestamps.signed(in: layout, parties)
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: layout.path(TranscriptLayout.timestamps))
        } catch {
            findings.fail(.t01, "folderUnreadable", "\(TranscriptLayout.timestamps) cannot be read.")
            return
        }
        var found: [TranscriptSummary.Timestamp] = []
        for file in files.sorted() {
            let name = "\(TranscriptLayout.timestamps)/\(file)"
            guard let bytes = try? layout.read(name, limit: TimestampToken.maximumLength),
                let token = try? TimestampToken(encoded: bytes)
            else {
                findings.fail(.t29, "timestampInvalid", "\(name) is not a timestamp token.")
                return
            }
            guard let subject = signed[token.imprint] else {
                findings.fail(.t29, "timestampMismatch", "\(name) is of something else than this transcript.")
                return
            }
            found.append(TranscriptSummary.Timestamp(file: name, of: subject, time: token.time))
        }
        summary?.timestamps = found
        guard !found.isEmpty else { return }
        let words = found.map { "\($0.of) at \($0.time)" }.joined(separator: ", ")
        findings.warn(
            .t29, "timestampSignatureNotChecked",
            "Tokens say that an authority saw \(words); whose signature that is was not checked (openssl ts -verify).")
    }

    mutating func checkBuild() {
        if layout.exists(TranscriptLayout.results), ResultList(transcript: layout.folder) == nil {
            findings.fail(
                .t01, "fileNotCanonical",
                "\(TranscriptLayout.results) does not have the one form that a writer gives it.")
            return
        }
        guard layout.exists(TranscriptLayout.build) else { return }
        guard let bytes = try? layout.read(TranscriptLayout.build, limit: BuildNote.maximumLength),
            let build = BuildNote(text: String(decoding: bytes, as: UTF8.self))
        else {
            findings.fail(
                .t01, "fileNotCanonical", "\(TranscriptLayout.build) does not have the one form that a writer gives it."
            )
            return
        }
        summary?.build = build
        // Without a signed outcome nothing binds the file; without an entry in it neither.
        guard outcome?.files.contains(where: { $0.name == TranscriptLayout.build }) == true else {
            if outcome != nil { findings.fail(.t30, "buildUnsigned", "The outcome does not sign the build note.") }
            return
        }
        findings.made(
            .t30, remark: "This party says that it ran moiety \(build.version), arithmetic \(build.arithmetic).")
    }
}
