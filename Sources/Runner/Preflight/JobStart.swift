import Bignum
package import Jobs
import ProtocolKit
package import Records
package import Site

/// What would stop this job here, in one place: asked by `job check`, by every dry run, and by the run itself. A check that a
/// run must not pass belongs here, so that whoever asks beforehand hears of it.
package struct JobStart: Sendable {
    package private(set) var checks: [StartCheck] = []
    /// Guards and limits over the rows that this site could bring, at most; empty where no fit is asked for.
    package private(set) var findings: [GuardFinding] = []
    /// What the fit opens, against what this site's rows hold; nil where that is not known.
    private var budget: BitBudget?
    package private(set) var identifiers: IdentifierReport?
    package private(set) var estimate: JobEstimate?
    /// The session to run; nil when a check failed.
    package private(set) var prepared: PreparedJob?

    /// - Parameters:
    ///   - rows: to evaluate the guards for, in place of all rows of this site's that the fit would see.
    ///   - isDraft: whether the job need not be approved yet.
    ///   - hasAddress: whether the caller says where the peer is.
    package init(
        _ file: JobFile, for session: any SiteProtocol = FitProtocol(), rows: Int? = nil, isDraft: Bool = false,
        hasAddress: Bool = false, at site: SiteFolder
    ) {
        let own: Party
        let peer: Party
        do {
            (own, peer) = try file.parties(at: site)
        } catch {
            checks.append(StartCheck("party", failed: error))
            return
        }
        checks.append(StartCheck("party", .ok, "\(own.name) is the \(own.role.rawValue) party, \(peer.name) the other"))
        let identity = attempt("identity") { try site.identity() }
        let ledger = identity.flatMap { identity in attempt("ledger") { try site.ledger(signedBy: identity) } }
        var approval: String?
        if let identity, let ledger {
            approval = attempt("approval", isDraft: isDraft) {
                try site.heldApproval(of: file, by: identity, in: ledger)
            }
        }
        let policy = look(at: file, site)
        let inputs = attempt("table \(own.table)") { try JobInputs(file, for: session, at: site) }
        if let inputs {
            look(at: inputs, rows: rows)
            if let ledger { checks += [earlierBits(of: inputs, in: ledger, site)].compactMap(\.self) }
        }
        if let policy {
            let refusals = policy.budgetsBelowOneSession(of: file.job, disclosing: session.disclosure)
            checks += refusals.map { StartCheck($0.rule, failed: $0) }
            let needs = session.disclosure.needs(of: file.job).map { ($0.budget, $0.least) } + [(.attemptsPerHour, 1)]
            // Where the ledger cannot be read, that was said.
            if ledger != nil { checks += LedgerOutlook(site: site, peers: [peer.name]).checks(needs) }
        }
        // Last, so that what is wrong at this site is said before where the peer is.
        meet(peer, file.job, site, hasAddress: hasAddress)
        guard checks.firstFailure == nil, let inputs, let identity, let ledger, let approval, let policy else { return }
        let prepared = PreparedJob(
            inputs, at: site, identity: identity, approval: approval, ledger: ledger, policy: policy)
        guard attempt("budgets", { try prepared.checkBudgets() }) != nil else { return }
        self.prepared = prepared
    }

    /// - Throws: `Failure`: the first that would stop it.
    package func demand() throws -> PreparedJob {
        if let failure = checks.firstFailure { throw failure }
        guard let prepared else { throw Failure(.internalError, "notPrepared", "the job could not be prepared") }
        return prepared
    }

    private mutating func attempt<Value>(
        _ name: String, isDraft: Bool = false, _ body: () throws -> Value
    ) -> Value? {
        do {
            let value = try body()
            checks.append(StartCheck(name, .ok, "read"))
            return value
        } catch {
            let failed = StartCheck(name, failed: error)
            checks.append(isDraft ? failed.asWarning : failed)
            return nil
        }
    }

    /// The job against this site's policy, and against what this release does.
    private mutating func look(at file: JobFile, _ site: SiteFolder) -> Policy? {
        do {
            let policy = try site.policy()
            let refusals = policy.refusals(of: file.job, as: site.name)
            checks += refusals.map { StartCheck($0.rule, failed: $0) }
            if refusals.isEmpty { checks.append(StartCheck("policy", .ok, "allows the job")) }
            return policy
        } catch {
            checks.append(StartCheck("policy", failed: error))
            return nil
        }
    }

    private mutating func meet(_ peer: Party, _ job: Job, _ site: SiteFolder, hasAddress: Bool) {
        checks.append(
            .run("peer \(peer.name)") {
                let invitation = try site.peers.peer(named: peer.name)
                if job.network.listener == site.name { return "is expected to dial \(site.settings.listen)" }
                guard let address = invitation.address else {
                    guard hasAddress else {
                        throw Failure(
                            .configuration, "noAddress", "this site does not know where '\(peer.name)' listens",
                            hint: "moiety peer add with --address HOST:PORT")
                    }
                    return "is dialled where the command says"
                }
                return "is dialled at \(address)"
            })
    }

    /// Whether earlier jobs leave enough of what this site's rows hold. Which rows will be common is not known: so it is a warning.
    private func earlierBits(of inputs: JobInputs, in ledger: SiteLedger, _ site: SiteFolder) -> StartCheck? {
        // That the peer is not known is said where it is looked for.
        guard let budget, budget.finding(earlier: 0, inAll: 0).verdict == .kept,
            let peer = try? site.peerEntry(in: inputs.file)
        else { return nil }
        let (earlier, inAll): (Int, Int)
        do {
            (earlier, inAll) = try ledger.read {
                (try $0.mostBits(openedTo: peer), try $0.mostBits(openedTo: nil))
            }
        } catch {
            let failure = Failure(describing: error)
            return StartCheck(
                Guard.budget.name, .warning,
                "what earlier jobs opened is not known, and so not whether it leaves enough for this one: \(failure.message)",
                hint: failure.hint ?? "moiety doctor says what is wrong with the ledger")
        }
        let finding = budget.finding(earlier: earlier, inAll: inAll)
        guard let refusal = finding.refusal else { return nil }
        return StartCheck(
            finding.name, .warning,
            "if the people are those of earlier jobs: \(refusal.figures)",
            hint: "other people, or the very job that ran, cost nothing of it; \(refusal.remedy)")
    }

    private mutating func look(at inputs: JobInputs, rows: Int?) {
        let (job, table) = (inputs.job, inputs.table)
        identifiers = table.identifiers.report
        for line in table.remarks { checks.append(StartCheck("identifiers", .warning, line)) }
        let usable = table.identifiers.count
        checks.append(
            .run("rows") {
                try inputs.checkSet()
                return "\(usable) usable, \(job.limits.minimumCohort) in common are asked for"
            })
        guard inputs.session.guards == .all else { return }
        let fitted = rows ?? table.fittedRows(of: job)
        do {
            let check = try table.check(for: job)
            if !check.problems.isEmpty {
                checks.append(StartCheck("columns", failed: RecordsError.unfitDesign(check.problems, over: .own)))
            }
            // Common rows may be fewer, and more of them different.
            let scores = GuardFacts(job: job, rows: fitted, distinctRows: check.distinctRows)
            if check.distinctRows != nil, let refusal = Guards.scores(job, scores).refusal {
                checks.append(
                    StartCheck(
                        refusal.name, .warning, "if all of this site's rows are common: \(refusal.figures)",
                        hint: refusal.remedy))
            }
            if let leverage = check.leverage {
                checks.append(
                    StartCheck(
                        Guard.leverage.name, .warning,
                        "\(leverage.description(over: .own)); the job is refused if the common rows have it too"))
            }
            // What fewer rows would hold is known when they are.
            if rows == nil { budget = BitBudget(job, rows: fitted, owner: inputs.own.role, hidden: check.hidden) }
        } catch {
            checks.append(StartCheck("columns", failed: error))
        }
        findings = Guards.findings(job, GuardFacts(job: job, rows: fitted, budget: budget))
        checks += findings.compactMap { finding in finding.refusal.map { StartCheck(finding.name, failed: $0) } }
        if job.holdout == .hash {
            checks.append(
                StartCheck(
                    "hold-out", .ok,
                    "\(usable - table.fittedRows(of: job)) of \(usable) rows of this site are kept aside"))
        }
        if job.crossValidation > 0 {
            checks.append(
                StartCheck(
                    "cross-validation", .ok,
                    "each of \(job.crossValidation) parts of the rows is predicted without itself, by one step from the fit"
                ))
        }
        checks.append(errors(job))
        // Of rows that were asked about, a fifth of all is kept aside as of this site's.
        let heldOut = job.holdout == .hash ? rows.map { max(0, $0) / 4 } ?? usable - fitted : 0
        estimate = JobEstimate(
            job, rows: fitted, heldOut: heldOut, ownIdentifiers: usable,
            relativeCost: ArithmeticPath.current.relativeCost)
        checks += [JobEstimate.check(estimate, rows: fitted, of: job)].compactMap(\.self)
    }

    private func errors(_ job: Job) -> StartCheck {
        let name = "standard errors"
        if job.model.isPenalised { return StartCheck(name, .ok, "none: a penalised model has none") }
        guard job.reveals(.standardErrors) else { return StartCheck(name, .ok, "none: the job does not reveal them") }
        return StartCheck(name, .ok, job.model.covariance.isRobust ? "robust: \(job.model.covariance.rawValue)" : "yes")
    }
}

extension PartyTable {
    /// Rows that a fit of the job would see if all of this site's were common.
    func fittedRows(of job: Job) -> Int {
        guard job.holdout == .hash else { return identifiers.count }
        return (0..<identifiers.count).count { !Records.HoldOut.isTest(identifiers[$0]) }
    }
}
