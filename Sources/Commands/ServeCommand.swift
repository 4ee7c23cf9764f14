import ArgumentParser
import Foundation
import GRPCTransport
import Jobs
import Runner
import Synchronization
import Wire

struct ServeReport: Codable, Sendable {
    let finished: [String]
}

struct ServeCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Wait for peers, and run with each the approved job that it asks for.",
        discussion: """
            For jobs in which this site listens. A peer that asks for a job that this site has not approved is refused. \
            Results go to OUT/<job hash>; a job that is there already is not run again. Several peers at a \
            time (serve.sessions in site.yaml), one session with each, none longer than timeouts.session.
            """)

    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The folder for results, one folder for each job.", valueName: "dir")) var out: String
    @Flag(help: "Stop after the first job that finishes.") var once = false
    @Option(help: ArgumentHelp("Write this site's address into a file once it listens.", valueName: "file"))
    var announce: String?
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<ServeReport> {
        let announce = try AddressFile.announcer(announce, console)
        let folder = try site.open()
        let service = try JobService(site: folder, out: out, observer: console)
        let finished = try await service.serve(once: once, onListening: announce)
        return Reply(ServeReport(finished: finished), text: finished.joined(separator: "\n"))
    }
}
