import Foundation
import Records
import Synchronization
import TestSupport
import Testing

@testable import Site

@Suite struct FileTests {
    private let folder: TemporaryFolder
    private let open = OpenFolders()

    init() throws { folder = try TemporaryFolder() }

    @Test func stagedFolderAppearsWhole() throws {
        let staged = try StagedFolder(target: folder.path("out"), among: open)
        try staged.write([1, 2], to: "a")
        #expect(!open.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
        try staged.commit()
        #expect(open.isEmpty)
        #expect(try folder.names() == ["out"])
        #expect(FileManager.default.contents(atPath: folder.path("out/a")) == Data([1, 2]))
        #expect(throws: RecordsError.self) { _ = try StagedFolder(target: folder.path("out"), among: open) }
    }

    /// What cannot be found where it was written must not pass for moved.
    @Test func aMoveWithoutItsLastFileIsRefused() throws {
        let staged = try StagedFolder(target: folder.path("out"), among: open)
        defer { staged.discard() }
        try staged.write([1], to: "first")
        try FileManager.default.createDirectory(atPath: folder.path("there"), withIntermediateDirectories: true)
        #expect(throws: RecordsError.self) { try staged.moveAll(into: folder.path("there"), last: "site.yaml") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("there")) == [])
    }

    @Test func stagedFolderLeavesNothing() throws {
        do {
            let staged = try StagedFolder(target: folder.path("out"), among: open)
            try staged.write([1], to: "a")
        }
        #expect(try folder.names() == [])
        #expect(open.isEmpty)
    }

    /// What an interruption runs: first the rescue, then the folder goes, then the process.
    @Test func interruptedFolderIsRescuedAndRemoved() throws {
        let staged = try StagedFolder(target: folder.path("out"), among: open)
        try staged.write([7], to: "evidence")
        let (path, kept) = (staged.stagingPath, folder.path("kept"))
        staged.rescue { try? FileManager.default.moveItem(atPath: "\(path)/evidence", toPath: kept) }
        let ended = Mutex<[String]>([])
        open.discardAll { ended.withLock { $0 = (try? folder.names()) ?? [] } }
        #expect(ended.withLock { $0 } == ["kept"])
        #expect(open.isEmpty)
    }

    @Test func leftoversOfOthersAreNamed() throws {
        let hidden = folder.path(".out.tmp-17")
        try FileManager.default.createDirectory(atPath: hidden, withIntermediateDirectories: true)
        let staged = try StagedFolder(target: folder.path("out"), among: open)
        #expect(staged.others == [hidden])
        staged.discard()
        #expect(try folder.names() == [".out.tmp-17"])
    }

    @Test func textFiles() throws {
        let marked = folder.path("marked")
        try Data([0xEF, 0xBB, 0xBF] + Array("text".utf8)).write(to: URL(fileURLWithPath: marked))
        #expect(try PrivateFile.readText(marked) == "text")
        try Data([0xC3, 0x28]).write(to: URL(fileURLWithPath: marked))
        #expect(failure { _ = try PrivateFile.readText(marked) }?.code == "notUTF8")
        #expect(failure { _ = try PrivateFile.readText(marked, limit: 1) }?.code == "fileTooLarge")
        #expect(failure { _ = try PrivateFile.readText(folder.path("none")) }?.status == .noInput)
        #expect(failure { _ = try PrivateFile.readText(folder.path) }?.code == "notAFile")
    }
}
