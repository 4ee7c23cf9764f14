import Foundation
import Site
package import Transcript
import Wire

/// R04: whether the results beside a transcript are those that its session wrote. Needs the salt in `private/`, nothing else.
package enum ResultChecks {
    /// The folder of results that a transcript stands in; nil for a transcript that was copied out of it.
    package static func folder(around transcript: String) -> String? {
        let url = URL(fileURLWithPath: transcript).standardizedFileURL
        return url.lastPathComponent == "transcript" ? url.deletingLastPathComponent().path : nil
    }

    /// Results that a transcript lists and that are not there.
    static func missing(transcript: String, results: String) -> [String] {
        guard let list = ResultList(transcript: transcript) else { return [] }
        return list.hashes.keys.sorted().filter { !FileManager.default.fileExists(atPath: "\(results)/\($0)") }
    }

    /// - Throws: `Failure` 77 for results that are there and that this user may not read: they must not look as if they were not.
    package static func demandReadable(transcript: String, results: String) throws {
        guard let list = ResultList(transcript: transcript) else { return }
        try PrivateFile.demandReadable(list.hashes.keys.sorted().map { "\(results)/\($0)" })
    }

    package static func finding(transcript: String, results: String) -> VerificationReport.Finding {
        func skipped(_ reason: String) -> VerificationReport.Finding {
            .init(check: .r04, status: .notEvaluated, sentence: "Not evaluated: \(reason).")
        }
        guard let list = ResultList(transcript: transcript) else { return skipped("the transcript lists no results") }
        let secret = "\(transcript)/\(TranscriptLayout.privateFolder)/salt-result"
        guard let salt = (try? PrivateFile.readBytes(secret, limit: 64)).flatMap({ Bytes32($0) }) else {
            return skipped("the salt of the list is not at hand")
        }
        var found: [String] = []
        var missing: [String] = []
        for (name, hash) in list.hashes.sorted(by: { $0.key < $1.key }) {
            guard let bytes = try? PrivateFile.readBytes("\(results)/\(name)", limit: 1 << 30) else {
                missing.append(name)
                continue
            }
            guard ResultList.hash(of: bytes, named: name, salt: salt) == hash else {
                return .init(
                    check: .r04, status: .failed, error: "resultChanged",
                    sentence: "\(name) beside the transcript is not what the session wrote.")
            }
            found.append(name)
        }
        guard !found.isEmpty else { return skipped("none of the results is at hand") }
        let rest = missing.isEmpty ? "" : "; not at hand: \(missing.joined(separator: ", "))"
        return .init(
            check: .r04, status: .passed, sentence: "\(Check.r04.sentence) (\(found.joined(separator: ", "))\(rest))")
    }

    /// Whether a file in a results folder is what the session wrote; nil where that cannot be told.
    package static func isAsWritten(_ path: String) -> Bool? {
        let url = URL(fileURLWithPath: path).standardizedFileURL
        let around = url.deletingLastPathComponent().path
        // Each session of many parties lists the same results.
        let transcript = MeshCopy.transcripts(of: around)?.first ?? "\(around)/transcript"
        let secret = "\(transcript)/\(TranscriptLayout.privateFolder)/salt-result"
        guard let hash = ResultList(transcript: transcript)?.hashes[url.lastPathComponent],
            let salt = (try? PrivateFile.readBytes(secret, limit: 64)).flatMap({ Bytes32($0) }),
            let bytes = try? PrivateFile.readBytes(url.path, limit: 1 << 30)
        else { return nil }
        return ResultList.hash(of: bytes, named: url.lastPathComponent, salt: salt) == hash
    }
}
