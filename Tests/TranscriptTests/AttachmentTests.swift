import Foundation
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// Timestamps, which come after the outcome is signed, and the build note, which it signs.
@Suite struct AttachmentTests {
    private static func der(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            count < 128
            ? [UInt8(count)]
            : count < 256 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(truncatingIfNeeded: count)]
        return [tag] + length + content
    }

    /// A TimeStampResp as an authority makes it, its signature left out: nothing here checks it.
    static func token(of hash: Bytes32, status: UInt8 = 0, time: String = "20261121101112.5Z") -> [UInt8] {
        let sha256: [UInt8] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]
        let signedData: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02]
        let tstInfo: [UInt8] = [0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x04]
        let imprint = der(0x30, der(0x30, sha256 + [0x05, 0x00]) + der(0x04, hash.bytes))
        let info = der(
            0x30,
            der(0x02, [1]) + der(0x06, [0x2A, 0x03, 0x04]) + imprint + der(0x02, [7]) + der(0x18, Array(time.utf8)))
        let content = der(0x30, tstInfo + der(0xA0, der(0x04, info)))
        let token = der(
            0x30,
            signedData + der(0xA0, der(0x30, der(0x02, [3]) + der(0x31, []) + content + der(0x31, []))))
        return der(0x30, der(0x30, der(0x02, [status])) + token)
    }

    private func finding(_ folder: String, _ check: Check) -> VerificationReport.Finding? {
        verify(folder).findings.first { $0.check == check }
    }

    @Test func timestamps() async throws {
        let toy = try await ToyTranscripts()
        #expect(finding(toy.lab, .t29)?.status == .notEvaluated)
        let timestamps = try TranscriptTimestamps(folder: toy.lab)
        #expect(timestamps.subject.name == "outcome.bin")
        let hash = try #require(Bytes32(Array(timestamps.subject.request[24..<56])))
        #expect(hash == Bytes32(hashing: try TranscriptLayout(folder: toy.lab).read("outcome.bin", limit: 1 << 20)))
        let stamped = try timestamps.attach(Self.token(of: hash), name: "authority")
        #expect(stamped == ("outcome.bin", "2026-11-21T10:11:12Z"))
        let found = finding(toy.lab, .t29)
        #expect(found?.status == .warning && found?.error == "timestampSignatureNotChecked")
        #expect(outcomeName(verify(toy.lab)) == "VALID")
        #expect(verify(toy.lab).summary?.timestamps.first?.of == "outcome.bin")
        #expect(throws: TranscriptError.alreadyThere("timestamps/authority.tsr")) {
            try timestamps.attach(Self.token(of: hash), name: "authority")
        }
        // Of another transcript, refused, no token at all.
        for bytes in [
            Self.token(of: Bytes32(hashing: [1])), Self.token(of: hash, status: 2), [], [0x30, 0x00], hash.bytes,
            Array(Self.token(of: hash).dropLast()),
        ] {
            #expect(throws: TranscriptError.self) { try timestamps.attach(bytes, name: "other") }
        }
        let path = "\(toy.lab)/timestamps/other.tsr"
        try Data(Self.token(of: Bytes32(hashing: [1]))).write(to: URL(fileURLWithPath: path))
        #expect(outcomeName(verify(toy.lab)) == "T29 timestampMismatch")
        try Data([1, 2]).write(to: URL(fileURLWithPath: path))
        #expect(outcomeName(verify(toy.lab)) == "T29 timestampInvalid")
        try FileManager.default.moveItem(atPath: path, toPath: "\(toy.lab)/timestamps/readme.txt")
        #expect(outcomeName(verify(toy.lab)) == "T01 fileUnexpected")
    }

    @Test func damagedTokensAreRefusedAndNoMore() throws {
        let token = Self.token(of: Bytes32(hashing: [1]))
        for index in token.indices {
            for bit in 0..<8 {
                var changed = token
                changed[index] ^= 1 << UInt8(bit)
                _ = try? TimestampToken(encoded: changed)
            }
        }
    }

    @Test func build() async throws {
        let toy = try await ToyTranscripts()
        #expect(finding(toy.lab, .t30)?.status == .notEvaluated)
        let named = try await ToyTranscripts(build: BuildNote(version: "0.1.0", arithmetic: "portable"))
        #expect(finding(named.lab, .t30)?.status == .passed)
        #expect(verify(named.lab).summary?.build?.arithmetic == "portable")
        let path = "\(named.lab)/build.txt"
        try Data("moiety build 1\nversion 0.1.1\narithmetic portable\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(outcomeName(verify(named.lab)) == "T33 fileChanged")
        try Data("moiety build 1\nversion\narithmetic portable\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(outcomeName(verify(named.lab)) == "T01 fileNotCanonical")
        try FileManager.default.removeItem(atPath: path)
        #expect(outcomeName(verify(named.lab)) == "T33 fileMissing")
        // Put into a folder whose outcome does not name it.
        try Data("moiety build 1\nversion 0.1.0\narithmetic portable\n".utf8)
            .write(to: URL(fileURLWithPath: "\(toy.lab)/build.txt"))
        #expect(outcomeName(verify(toy.lab)) == "T30 buildUnsigned")
    }

    @Test func secondSignature() async throws {
        let key = try SecondSigningKey()
        let again = try SecondSigningKey(rawRepresentation: key.rawRepresentation)
        #expect(again.publicKey == key.publicKey && SecondVerifyingKey([1, 2]) == nil)
        #expect(throws: SecondSignatureError.invalidKey) { try SecondSigningKey(rawRepresentation: [1]) }
        let toy = try await ToyTranscripts()
        let layout = TranscriptLayout(folder: toy.lab)
        let outcome = try layout.read("outcome.bin", limit: 1 << 20)
        let path = URL(fileURLWithPath: "\(toy.lab)/outcome.mldsa")
        let good = try SecondSignature(of: outcome, by: key).encoded
        #expect(good.count == SecondSignature.length)
        try Data(good).write(to: path)
        #expect(outcomeName(verify(toy.lab)) == "VALID")
        #expect(finding(toy.lab, .t15)?.sentence.contains("not compared with a pinned one") == true)
        var options = Verifier.Options.toy
        options.pinnedSecond = ["lab": key.publicKey]
        #expect(verify(toy.lab, options).findings.first { $0.check == .t15 }?.sentence.hasSuffix("too.") == true)
        options.pinnedSecond = ["lab": try SecondSigningKey().publicKey]
        #expect(outcomeName(verify(toy.lab, options)) == "T04 secondIdentityMismatch")
        // Any byte of it, another length, none.
        for place in [0, 25, 26, 1000, 26 + 1952, good.count - 1] {
            var bad = good
            bad[place] ^= 1
            try Data(bad).write(to: path)
            #expect(verify(toy.lab).verdict == .invalid, "byte \(place)")
        }
        try Data(good + [0]).write(to: path)
        #expect(outcomeName(verify(toy.lab)) == "T01 fileTooLarge" || verify(toy.lab).verdict == .invalid)
        try FileManager.default.removeItem(at: path)
        #expect(verify(toy.lab, options).findings.first { $0.check == .t15 }?.error == "secondSignatureMissing")
        #expect(verify(toy.lab, options).verdict == .notClosed)
    }
}
