import Foundation
import Jobs
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

@Suite struct WriterTests {
    @Test func theFolderHoldsWhatBothSidesSaid() async throws {
        let toy = try await ToyTranscripts()
        let names = try FileManager.default.subpathsOfDirectory(atPath: toy.hospital).sorted()
        #expect(
            names == [
                "approvals", "approvals/hospital.txt", "approvals/lab.txt", "checkpoint", "checkpoint/hospital~lab.txt",
                "checkpoint/lab~hospital.txt", "job.bin", "job.yaml", "log", "log/hospital~lab.log",
                "log/lab~hospital.log", "outcome.bin", "parties.bin", "private",
            ])
        for log in ["log/hospital~lab.log", "log/lab~hospital.log"] {
            let (a, b) = (toy.hospital + "/" + log, toy.lab + "/" + log)
            #expect(FileManager.default.contents(atPath: a) == FileManager.default.contents(atPath: b))
        }
        let outcome = try Outcome(
            encoded: try TranscriptLayout(folder: toy.hospital).read("outcome.bin", limit: 1 << 20))
        #expect(outcome.counts == ["rounds": 3])
        #expect(outcome.files.count == 7)
    }

    @Test func hashesAloneLeaveOutTheProtocolsPayloads() async throws {
        let full = try await ToyTranscripts()
        let hashes = try await ToyTranscripts(storage: .pruned)
        func size(_ folder: String) -> Int {
            FileManager.default.contents(atPath: folder + "/log/lab~hospital.log")?.count ?? 0
        }
        #expect(size(hashes.hospital) == size(full.hospital) - 6 * (4 + 44))
    }

    @Test func privateFilesAreTheOwnersAlone() throws {
        let folder = try TemporaryFolder()
        let writer = try TranscriptWriter(folder: folder.path + "/t", storage: .full)
        try writer.addPrivate("seed", [1, 2, 3])
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: folder.path + "/t/" + path)[.posixPermissions] as? Int
        }
        #expect(try mode("private/seed") == 0o600)
        #expect(try mode("private") == 0o700)
        #expect(throws: TranscriptError.self) { try writer.addPrivate("../seed", [1]) }
    }

    @Test func aTornEntryIsCutOffWhenTheLogIsOpenedAgain() throws {
        let folder = try TemporaryFolder()
        let layout = TranscriptLayout(folder: folder.path)
        var writer = try LogWriter(creating: layout.path("x"), name: "x")
        for i in 0..<3 { _ = try writer.append([UInt8(i), 1, 2], payload: i == 1 ? nil : [9, 9]) }
        writer.close()
        let whole = try #require(FileManager.default.contents(atPath: layout.path("x")))
        let head = writer.tree.head
        let lengths = [whole.count, whole.count - (4 + 3 + 33 + 4 + 2)]
        for cut in 0...(lengths[0] - lengths[1]) {
            try whole.prefix(whole.count - cut).write(to: URL(fileURLWithPath: layout.path("x")))
            var again = try LogWriter(recovering: layout, name: "x")
            #expect(again.tree.size == (cut == 0 ? 3 : 2))
            if cut > 0 { _ = try again.append([2, 1, 2], payload: [9, 9]) }
            again.close()
            #expect(again.tree.head == head)
            #expect(FileManager.default.contents(atPath: layout.path("x")) == whole)
        }
    }

    @Test func aUsedFolderIsRefused() async throws {
        let toy = try await ToyTranscripts()
        #expect(throws: TranscriptError.alreadyThere("parties.bin")) {
            try TranscriptWriter(folder: toy.hospital, storage: .full)
        }
    }

    @Test func commitmentsAreRootsOverSaltedLeaves() throws {
        let values: [[UInt8]] = (0..<5).map { [UInt8($0), 7] }
        let salt = [UInt8](repeating: 3, count: 32)
        let commitment = try InputCommitment(label: "identifiers", values: values, masterSalt: salt)
        #expect(commitment.item.count == 5)
        let leaves = try values.enumerated().map { index, value in
            MerkleHash.leaf(
                try InputCommitment.salt(of: UInt64(index), label: "identifiers", masterSalt: salt) + value)
        }
        #expect(commitment.item.root == MerkleTree(leaves: leaves).head.root)
        #expect(commitment.item.root != MerkleTree(leaves: leaves.reversed()).head.root)
        #expect(try InputCommitment(label: "identifiers", values: values).item.root != commitment.item.root)
    }

    @Test func approvalsAreOneTextAndItsSignature() throws {
        let key = SigningKey()
        let approval = try Approval(
            job: Bytes32(hashing: [1]).hex, site: "lab", person: "Ada Lovelace", time: "2026-11-21T08:00:00Z",
            meaning: "approved to run at this site")
        let note = try approval.signed(by: key)
        #expect(try Approval(note: note, signedBy: key.publicKey) == approval)
        #expect(throws: TranscriptError.invalidApproval(party: "lab")) {
            try Approval(note: note, signedBy: SigningKey().publicKey)
        }
        #expect(throws: TranscriptError.self) {
            try Approval(note: note.replacing("Ada", with: "Bob"), signedBy: key.publicKey)
        }
    }
}
