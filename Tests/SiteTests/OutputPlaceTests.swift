import Foundation
import Records
import TestSupport
import Testing

@testable import Site

/// Where output may not go: a transcript is invalid with it, and a site believes what stands in its books.
@Suite struct OutputPlaceTests {
    private let sites: TwoFolders
    private let results: String

    init() throws {
        sites = try TwoFolders()
        results = sites.folder.path("results")
        for name in ["transcript/log", "transcript/private"] {
            try FileManager.default.createDirectory(atPath: "\(results)/\(name)", withIntermediateDirectories: true)
        }
        try Data([1]).write(to: URL(fileURLWithPath: "\(results)/transcript/parties.bin"))
    }

    private func code(_ path: String) -> String? { failure { try OutputPlace.check(path) }?.code }

    @Test func nothingGoesIntoATranscript() throws {
        for name in ["message.json", "log/x", "private/x", "pruned", "new/deep/x"] {
            #expect(code("\(results)/transcript/\(name)") == "insideTranscript", "\(name)")
        }
        let link = sites.folder.path("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "\(results)/transcript/log")
        #expect(code("\(link)/x") == "insideTranscript")
        // Each way of writing asks.
        #expect(failure { _ = try StagedFolder(target: "\(results)/transcript/pruned") }?.code == "insideTranscript")
        #expect(failure { try OutputFile.write([1], to: "\(results)/transcript/x") }?.code == "insideTranscript")
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(results)/transcript").count == 3)
    }

    @Test func modeOfAFileThatIsNotForEverybody() throws {
        let path = sites.folder.path("own")
        try OutputFile.write([7], to: path, mode: .ownerOnly)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func nothingGoesAmongASitesOwnFiles() {
        for name in [
            "peers/results", "peers", "approvals/a.yaml", "staging/x", "failed/x", "second.key", "ledger.jsonl",
            "policy.yaml",
            "identity.key", "ledger.sqlite-wal",
        ] {
            #expect(code("\(sites.lab.path)/\(name)") == "insideSite", "\(name)")
        }
    }

    @Test func otherPlacesAreFree() throws {
        for path in [
            "\(sites.lab.path)/results", "\(sites.lab.path)/results/peers/x", "\(results)/merged.csv",
            "\(results)/again",
            sites.folder.path("peers/x"), "relative.txt", "/x",
        ] {
            #expect(code(path) == nil, "\(path)")
        }
        try OutputFile.write([7], to: sites.folder.path("file"))
        #expect(FileManager.default.contents(atPath: sites.folder.path("file")) == Data([7]))
    }

    /// It would be printed where people look, and steer their terminal.
    @Test(arguments: ["\n", "\u{1B}", "\u{7F}"]) func aControlCharacterInTheNameIsRefused(_ character: String) {
        let refused = failure { try OutputPlace.check(sites.folder.path("results\(character)x")) }
        #expect(refused?.code == "badPath" && refused?.status == .usage)
        #expect(refused?.message.contains(character) == false && refused?.hint?.contains(character) == false)
    }

    @Test func anEmptyPathIsNamed() {
        let refused = failure { try OutputPlace.check("") }
        #expect(refused?.code == "emptyPath" && refused?.status == .usage)
    }
}
