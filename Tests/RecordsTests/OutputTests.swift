import Foundation
import Records
import TestSupport
import Testing

@Suite struct OutputTests {
    /// A folder of the test's own, removed afterwards.
    private func inScratch(_ body: (String) throws -> Void) throws {
        let scratch = try TemporaryFolder()
        try body(scratch.path)
    }

    /// Not only that the system refused.
    @Test func reasonsOfTheSystem() throws {
        try inScratch { folder in
            let name = String(repeating: "a", count: 300)
            try AtomicFile.write([1], to: "\(folder)/file")
            for (path, reason) in [
                ("\(folder)/file/x", "a part of its path is a file, not a folder"),
                ("\(folder)/\(name)", "its name is too long"),
            ] {
                #expect(throws: RecordsError.cannotWrite(path: path, reason: reason)) {
                    try AtomicFile.write([1], to: path)
                }
            }
        }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    private func content(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { [UInt8]($0) } }

    @Test func folderAppearsWholeOrNotAtAll() throws {
        try inScratch { scratch in
            let path = scratch + "/out"
            let folder = try AtomicFolder(at: path)
            try folder.write("coefficients.csv", [1, 2])
            try folder.write("intersection.csv", [3], mode: .ownerOnly)
            try folder.write("transcript/sent.log", [])
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(try mode(folder.stagingPath) == 0o700)
            try folder.commit()
            #expect(try names(path) == ["coefficients.csv", "intersection.csv", "transcript"])
            #expect(try names(scratch) == ["out"])
            #expect(content(path + "/coefficients.csv") == [1, 2])
            #expect(try mode(path + "/intersection.csv") == 0o600)
            #expect(try mode(path + "/coefficients.csv") == 0o644)
            #expect(try mode(path) == 0o700)
            #expect(throws: RecordsError.outputExists(path: path)) { try AtomicFolder(at: path) }
        }
    }

    @Test func discardedFolderLeavesNothing() throws {
        try inScratch { scratch in
            let folder = try AtomicFolder(at: scratch + "/out")
            try folder.write("a", [1])
            folder.discard()
            #expect(try names(scratch) == [])
        }
    }

    /// What a process that dies now leaves.
    @Test func leftoversAreKnown() throws {
        try inScratch { scratch in
            let folders = try ["out", "out.tmp-1", "other"].map { try AtomicFolder(at: "\(scratch)/\($0)") }
            let staged = folders.map { URL(fileURLWithPath: $0.stagingPath).lastPathComponent }
            try AtomicFile.write([], to: scratch + "/.out.tmp-no")
            try AtomicFile.write([], to: scratch + "/out.tmp-2")
            #expect(Leftovers.names(in: scratch) == staged.sorted())
            #expect(Leftovers.names(in: scratch, of: "out") == [staged[0]])
            #expect(Leftovers.names(in: scratch + "/nowhere") == [])
            folders.forEach { $0.discard() }
            #expect(Leftovers.names(in: scratch) == [])
        }
    }

    @Test func neverOverwritesAFolderMadeMeanwhile() throws {
        try inScratch { scratch in
            let path = scratch + "/out"
            let folder = try AtomicFolder(at: path)
            try folder.write("a", [1])
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            #expect(throws: RecordsError.outputExists(path: path)) { try folder.commit() }
            #expect(try names(path) == [])
        }
    }

    @Test func namesStayInsideTheFolder() throws {
        try inScratch { scratch in
            let folder = try AtomicFolder(at: scratch + "/out")
            for name in ["../a", "/a", "a//b", "a/../../b", "", "."] {
                #expect(throws: RecordsError.self) { try folder.write(name, [1]) }
            }
            folder.discard()
        }
    }

    @Test func fileIsWrittenWhole() throws {
        try inScratch { scratch in
            let path = scratch + "/site.key"
            try AtomicFile.write([1], to: path, mode: .ownerOnly)
            #expect(try mode(path) == 0o600)
            #expect(throws: RecordsError.outputExists(path: path)) { try AtomicFile.write([2], to: path) }
            #expect(content(path) == [1])
            let open = RecordsError.cannotWrite(
                path: path, reason: "its folder is open to others; its mode must be 0700")
            #expect(throws: open) { try AtomicFile.write([2], to: path, mode: .ownerOnly, replacing: true) }
            #expect(content(path) == [1])
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: scratch)
            try AtomicFile.write([3, 4], to: path, mode: .ownerOnly, replacing: true)
            #expect(content(path) == [3, 4])
            #expect(try mode(path) == 0o600)
            #expect(try names(scratch) == ["site.key"])
        }
    }

    @Test func outputThatCannotBeWrittenIsNamed() {
        #expect(throws: RecordsError.self) { try AtomicFolder(at: "/no/such/parent/out") }
        do {
            try AtomicFile.write([1], to: "/no/such/parent/file")
            Issue.record("written")
        } catch {
            #expect(error == .cannotWrite(path: "/no/such/parent/file", reason: "its folder does not exist"))
            #expect(error.category == .cannotCreate)
        }
    }

    @Test func fileThatCouldNotBeReplacedIsNamedBefore() throws {
        try inScratch { scratch in
            try FileManager.default.createDirectory(atPath: scratch + "/folder", withIntermediateDirectories: false)
            for (path, reason) in [
                (scratch + "/missing/file", "its folder does not exist"),
                (scratch + "/folder", "it is not a plain file"),
                ("/dev/null", "it is not a plain file"),
            ] {
                #expect(throws: RecordsError.cannotWrite(path: path, reason: reason)) {
                    try AtomicFile.checkWritable(path)
                }
            }
            try AtomicFile.write([1], to: scratch + "/file")
            try AtomicFile.checkWritable(scratch + "/file")
            try AtomicFile.checkWritable(scratch + "/new")
            #expect(try names(scratch) == ["file", "folder"])
            #expect(content(scratch + "/file") == [1])
        }
    }

    @Test func csvIsQuotedAndReadsBack() throws {
        var writer = try CSVWriter(header: ["term", "a,b", "n"])
        try writer.append([.text("x=\"1\""), .number(-0.1), .integer(-3)])
        try writer.append([.text(" é "), .number(.nan), .missing])
        try writer.append([.text(""), .number(-.infinity), .integer(0)])
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(text == "term,\"a,b\",n\n\"x=\"\"1\"\"\",-0.1,-3\n\" é \",NA,NA\n,-Inf,0\n")
        let back = try Table.read(csv: writer.bytes, named: "o")
        #expect(cells(back) == [["x=\"1\"", "-0.1", "-3"], [" é ", "NA", "NA"], ["", "-Inf", "0"]])
        var one = try CSVWriter(header: ["id"])
        try one.append([.text("")])
        #expect(cells(try Table.read(csv: one.bytes, named: "o")) == [[""]])
    }

    @Test func formulasAndControlsAreRefused() throws {
        for name in ["=x", "+x", "-x", "@x", "a\nb", ""] {
            #expect(throws: RecordsError.self) { try CSVWriter(header: ["ok", name]) }
        }
        var writer = try CSVWriter(header: ["id"])
        for text in ["=1+1", "@SUM(A1)", "+1", "-1", "a\tb", "a\u{7F}"] {
            #expect(throws: RecordsError.unsafeText(column: "id")) { try writer.append([.text(text)]) }
        }
        #expect(throws: RecordsError.self) { try writer.append([]) }
        #expect(writer.bytes == Array("id\n".utf8))
        var own = try CSVWriter(header: ["id"], isVerbatim: true)
        try own.append([.text("+4412")])
        // An identifier comes back as it stands in the table, whatever that is.
        try own.append([.text("a\n\tb")])
        #expect(own.bytes == Array("id\n+4412\n\"a\n\tb\"\n".utf8))
        #expect(cells(try Table.read(csv: own.bytes, named: "o")) == [["+4412"], ["a\n\tb"]])
    }
}
