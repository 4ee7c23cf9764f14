import ArgumentParser
import Runner
import Site

struct ValidateCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Compare results with a fit of the joined table by another program.",
        discussion: """
            For a trial run on data that may be joined: give this site's results folder and the peer's coefficients.csv (or \
            its folder; of several parties all of theirs), and what R's broom::tidy and broom::glance wrote of the same model on the joined table. Terms are \
            called as the job calls them (arm=low) or as R does (armlow). The file that --out names says what was compared, \
            with hashes of all files. Exit code 2 where something is out of tolerance.
            """)

    @Argument(help: "Results folders, or coefficients.csv files.") var results: [String]
    @Option(
        help: ArgumentHelp("The other program's coefficients: term, estimate, std.error, p.value.", valueName: "file"))
    var reference: String
    @Option(help: ArgumentHelp("Its numbers of the whole fit: nobs, logLik, AIC, ...", valueName: "file"))
    var referenceGlance: String?
    @Option(help: ArgumentHelp("Where to write the comparison as JSON; it must not exist.", valueName: "file"))
    var out: String?
    @Option(help: "How far an estimate may be off for one standard deviation of its column.")
    var standardised = Validation.Tolerances().standardised
    @Option(help: "How far it may be off in standard errors, where that is more.")
    var standardErrors = Validation.Tolerances().inStandardErrors
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...8).contains(results.count) else { throw ValidationError("give one to eight results") }
        for (name, value) in [("--standardised", standardised), ("--standard-errors", standardErrors)]
        where !(value >= 0 && value <= 1) {
            throw ValidationError("\(name) is a number from 0 to 1")
        }
    }

    func reply(_ console: Console) async throws -> Reply<Validation> {
        let merged = try MergedCoefficients(results.map { try CoefficientSource($0) })
        for file in merged.untraced {
            console.warning(
                "whether \(file) is of the same fit as the other was not checked: no metrics.json and job.yaml lie beside it"
            )
        }
        var tolerances = Validation.Tolerances()
        (tolerances.standardised, tolerances.inStandardErrors) = (standardised, standardErrors)
        let found = try Validation(
            merged, against: ReferenceFit(terms: reference, whole: referenceGlance), tolerances)
        var text = found.text
        if let out {
            try OutputFile.write(try ResultFiles.json(found), to: out)
            text += "\nwrote \(out)"
        }
        return Reply(found, text: text, status: found.isEquivalent ? .ok : .verificationFailed)
    }
}
