import ArgumentParser
import Bignum
import Runner
import Site

struct DoctorReport: Encodable, Sendable {
    let version: String
    /// The path of the arithmetic that runs, and those that this processor has, the fastest first.
    let arithmetic: String
    let availableArithmetic: [String]
    let cores: Int
    let checks: [StartCheck]

    var text: String {
        "moiety \(version), arithmetic: \(arithmetic), \(cores) cores\n\(checks.text)"
    }
}

struct DoctorCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Preflight: this build, this machine, this site.")

    @Option(
        name: .customLong("site"),
        help: ArgumentHelp("The site folder; without it, the machine alone.", valueName: "dir"))
    var sitePath: String?
    @Flag(help: "The ranks of the cluster too: for moiety-mpi, started by mpirun.") var mpi = false
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<DoctorReport> {
        var checks = SiteChecks.machine()
        if let sitePath {
            let site = try SiteFolder(opening: sitePath)
            checks += await SiteChecks(site).all()
        }
        if mpi { checks += Self.ranks() }
        let report = DoctorReport(
            version: Release.version, arithmetic: "\(ArithmeticPath.current)",
            availableArithmetic: ArithmeticPath.available.map(\.rawValue),
            cores: Processors.available, checks: checks)
        let failed = checks.contains { $0.verdict == .failed }
        return Reply(report, text: report.text, status: failed ? .configuration : .ok)
    }

    private static func ranks() -> [StartCheck] {
        Program.ranks ?? [
            StartCheck(
                "mpi", .failed, "this build has no MPI",
                hint: "scripts/build-mpi makes moiety-mpi; mpirun starts it: examples/cluster/README.md")
        ]
    }
}
