import Foundation
import Records
import TestSupport
import Testing
import Wire

@testable import Site

/// What `moiety init` makes, and what it leaves when it cannot.
@Suite struct NewSiteTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func site(
        _ path: String = "lab", tables: [(name: String, file: String)] = []
    ) throws -> NewSite {
        try NewSite(
            at: folder.path(path), name: "lab", listen: NetworkAddress(host: "127.0.0.1", port: 7443), tables: tables)
    }

    private func make(_ path: String, _ files: [String: String] = [:]) throws {
        try FileManager.default.createDirectory(atPath: folder.path(path), withIntermediateDirectories: true)
        for (name, text) in files { _ = try folder.write("\(path)/\(name)", text) }
    }

    /// One file cannot be written: no key is left without settings, and nothing hidden.
    @Test func whatFailsLeavesNothing() throws {
        try make("lab", ["policy.yaml": "mine\n"])
        let site = try site()
        #expect(throws: RecordsError.outputExists(path: folder.path("lab/policy.yaml"))) { try site.create() }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("lab")) == ["policy.yaml"])
        #expect(try String(contentsOfFile: folder.path("lab/policy.yaml"), encoding: .utf8) == "mine\n")
    }

    /// The folder gets its name when all is in it.
    @Test func aNewFolderAppearsWhole() throws {
        let site = try site("new/lab")
        try make("new/lab")
        try FileManager.default.removeItem(atPath: folder.path("new"))
        try site.create()
        #expect(try SiteFolder(opening: site.path).name == "lab")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("new")) == ["lab"])
        let mode = try FileManager.default.attributesOfItem(atPath: site.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    /// A volume, or a folder with tables in it.
    @Test func aFolderThatIsThereBecomesASite() throws {
        try make("lab", ["table.csv": "id\n"])
        try make("lab/peers")
        let site = try site()
        try site.create()
        #expect(try SiteFolder(opening: site.path).identity().key.publicKey == site.invitation.identity)
        let names = try FileManager.default.contentsOfDirectory(atPath: site.path)
        #expect(names.contains("table.csv") && !names.contains { $0.hasPrefix(".") }, "\(names)")
    }

    /// What an interrupted `init` left: neither it nor what opens a site sends to the other.
    @Test(arguments: ["identity.key", "certificate.key", "ledger.sqlite", "invitation.txt"])
    func keysWithoutSettings(_ name: String) throws {
        try make("lab", [name: "x"])
        for failure in [failure { _ = try site() }, failure { _ = try SiteFolder(opening: folder.path("lab")) }] {
            #expect(failure?.code == "siteIncomplete" && failure?.status == .configuration)
            #expect(failure?.message.contains(name) == true)
            #expect(failure?.hint?.contains("remove these files") == true)
        }
        #expect(failure { _ = try SiteFolder(opening: folder.path) }?.code == "noSite")
    }

    @Test func tablesThatNoJobCanUse() throws {
        let twice = failure { _ = try site(tables: [("a", "x"), ("a", "y")]) }
        #expect(twice?.code == "tableTwice" && twice?.status == .usage && twice?.message.contains("'a'") == true)
        for name in ["bad name", "", "a.b", String(repeating: "a", count: 65)] {
            let refused = failure { _ = try site(tables: [(name, "x")]) }
            #expect(refused?.code == "invalidTable" && refused?.message.contains("1 to 64 letters") == true)
        }
        let made = try site()
        try made.create()
        let opened = try SiteFolder(opening: made.path)
        #expect(failure { try opened.add(table: "bad name", file: "x") }?.code == "invalidTable")
    }

    @Test func tableArguments() throws {
        #expect(try TableArgument.parse("a=/x/../y.csv") == ("a", "/y.csv"))
        for text in ["a", "=x", "a=", "b d=x"] {
            #expect(failure { _ = try TableArgument.parse(text) }?.code == "invalidTable")
        }
        let isFolder = failure { _ = try TableArgument.parse("a=\(folder.path)") }
        #expect(isFolder?.code == "notAFile" && isFolder?.message.contains("is a folder") == true)
        #expect(failure { _ = try TableArgument.parse("a=/dev/null") }?.code == "notAFile")
    }
}
