import ArgumentParser
import Jobs
import Records
import Site

struct NewJobReport: Codable, Sendable {
    let file: String?
    let yaml: String
}

struct JobNew: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a job file to start from.",
        discussion: "The file is printed unless --file names one. Both parties must hold the same file: send it over.")

    @Option(help: "The party that has the outcome.") var active = "hospital"
    @Option(help: "The other party.") var passive = "lab"
    @Option(help: "linear or logistic.") var family = "logistic"
    @Option(help: "Where to write it; a file that exists is never overwritten.") var file: String?
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<NewJobReport> {
        guard let family = ModelFamily(rawValue: family) else {
            throw Failure(.usage, "unknownFamily", "'\(family)' is not a family", hint: "linear or logistic")
        }
        let yaml = JobTemplate.text(active: active, passive: passive, family: family)
        // Names go into the text as they are: a bad one must not come out as a job.
        _ = try Job(yaml: yaml)
        guard let file else { return Reply(NewJobReport(file: nil, yaml: yaml), text: yaml) }
        try AtomicFile.write(Array(yaml.utf8), to: file)
        return Reply(NewJobReport(file: file, yaml: yaml), text: "wrote \(file)")
    }
}
