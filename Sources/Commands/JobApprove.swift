import ArgumentParser
import Jobs
import Runner
import Site

struct JobApprove: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Sign that this site may run exactly this job.",
        discussion: "A site runs only what it approved. Any change to the job makes it another job.")

    @OptionGroup var file: JobArgument
    @Option(help: "The printed name of the person who approves.") var person: String
    @Option(help: "What the signature means.") var meaning = Approval.standardMeaning
    @Flag(name: .customLong("dry-run"), help: "Check everything, sign nothing.") var dryRun = false
    @OptionGroup var site: SiteOption
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<Approval> {
        let folder = try site.open()
        let file = try file.read()
        let job = file.job
        let peers = try file.sites(at: folder).others.map { job.parties[$0].name }
        try folder.policy().check(job, as: folder.name)
        if job.kind != .rows, job.hasModel { try Guards.check(job) }
        let identity = try folder.identity()
        if !file.job.loosened.isEmpty {
            let names = file.job.loosened.map(\.name).joined(separator: ", ")
            console.warning("this job loosens \(names): see moiety job explain")
        }
        if job.rows?.onLoss == .continue {
            console.warning(
                "onLoss: continue: a site that is lost after the first opened round has its sums disclosed to the others"
            )
        }
        let isCompared = try folder.checkDerivation(of: file)
        if let derivedFrom = job.derivedFrom {
            console.warning(
                "\(derivedFrom.sentence)"
                    + (isCompared
                        ? ""
                        : ". This site has not approved that job, so nothing was compared: moiety job check --derived-from")
            )
        }
        if job.withoutLost == .refit {
            console.warning(
                "withoutLost: refit: if a party is lost, the others may fit again without its columns, as a job that each of them approves"
            )
        }
        if let trust = job.trust {
            console.warning("the approval says: \(trust). Those two together would see all columns of the others")
        }
        // Before the question: what cannot be signed need not be asked.
        let approval = try ApprovalBook.approval(of: file, site: folder.name, person: person, meaning: meaning)
        for change in try BudgetReport(of: folder, peers: peers).inputChanges { console.warning(change.text) }
        if let earlier = folder.standingApproval(of: file, by: identity) {
            console.warning("this replaces the approval by \(earlier.person) of \(earlier.time)")
        }
        if dryRun {
            return Reply(approval, text: "would approve job \(file.hash)")
        }
        console.progress("job \(file.hash)\n\(file.job.title)")
        let with = job.isMesh ? " with \(peers.joined(separator: ", "))" : ""
        try confirmation.confirm("Approve it\(with) as \(person) for '\(folder.name)'?")
        let approved = try folder.approve(file, person: person, meaning: meaning, by: identity)
        return Reply(approved, text: "approved job \(file.hash)")
    }
}
