import ArgumentParser
import Foundation
import Records
import Site

struct DemoCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "A hospital and a laboratory fit one model on this machine, for real.",
        discussion: """
            Two processes of this program, each with its own keys and its own table of ACTG 175, meet over mutual TLS \
            on the loopback interface. What they fit is compared with the fit of the joined table. The last line names a \
            report of it, a page to open in a browser.
            """)

    /// How the tables are split.
    enum Split: String, ExpressibleByArgument, CaseIterable, Sendable { case columns, rows }

    @Option(
        help: """
            columns: two sites with different columns about the same people. rows: five with the same columns about \
            different people, one of which is killed in the middle and started again.
            """)
    var split = Split.columns
    @Flag(help: "With --split rows: the killed site stays away, and the others go on.") var lose = false
    @Option(help: "With --split columns: 2, or 3, where a registry with treatments joins.") var parties = 2
    @Option(help: "Bits of the Paillier keys: 2048 or 3072.") var bits = 2048
    @Option(help: ArgumentHelp("Leave both sites and their results there; must not exist.", valueName: "dir"))
    var keep: String?
    @Option(help: ArgumentHelp("The examples folder of the source tree.", valueName: "dir")) var examples: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if lose && split != .rows { throw ValidationError("--lose goes with --split rows") }
        guard parties == 2 || parties == 3 && split == .columns else {
            throw ValidationError("--parties is 2 or 3, and goes with --split columns")
        }
        guard bits == 2048 || bits == 3072 else { throw ValidationError("--bits must be 2048 or 3072") }
    }

    func reply(_ console: Console) async throws -> Reply<AnyDemoReport> {
        let examples = try ExampleFolder.find(examples)
        let target = keep ?? FileManager.default.temporaryDirectory.appending(path: "moiety-demo-\(UUID())").path
        let folder = try StagedFolder(target: target)
        defer { folder.discard() }
        if split == .rows {
            let demo = RowsDemo(
                folder: folder.stagingPath, example: "\(examples)/rows", loses: lose, console: console)
            let report = try await demo.run(keptIn: keep.map { _ in folder.target })
            if keep != nil { try folder.commit() }
            return Reply(.rows(report), text: report.summary)
        }
        if parties == 3 {
            let demo = PartiesDemo(folder: folder.stagingPath, examples: examples, bits: bits, console: console)
            let report = try await demo.run(keptIn: keep.map { _ in folder.target })
            if keep != nil { try folder.commit() }
            return Reply(.parties(report), text: report.text)
        }
        let demo = Demo(folder: folder.stagingPath, example: "\(examples)/actg175", bits: bits, console: console)
        let report = try await demo.run(keptIn: keep.map { _ in folder.target })
        if keep != nil { try folder.commit() }
        return Reply(.columns(report), text: report.text)
    }
}

/// What `demo` prints as data.
enum AnyDemoReport: Encodable, Sendable {
    case columns(DemoReport)
    case rows(RowsDemoReport)
    case parties(PartiesDemoReport)

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .columns(let report): try report.encode(to: encoder)
        case .rows(let report): try report.encode(to: encoder)
        case .parties(let report): try report.encode(to: encoder)
        }
    }
}
