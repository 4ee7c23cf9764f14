import Bignum
import Foundation
import GRPCTransport
import Records
package import Site
import Wire

/// What can be wrong with this machine and in a site folder: `moiety doctor`, and part of every dry run.
package struct SiteChecks: Sendable {
    private let site: SiteFolder

    package init(_ site: SiteFolder) { self.site = site }

    /// What can be wrong with this machine, whatever the site.
    package static func machine() -> [StartCheck] { [clock(), arithmetic(ProcessInfo.processInfo.environment)] }

    /// A wrong word would be passed over in silence, and another path run than was asked for.
    static func arithmetic(_ environment: [String: String]) -> StartCheck {
        let runs = "\(ArithmeticPath.current)"
        let here = ArithmeticPath.available.map(\.rawValue).joined(separator: ", ")
        guard let word = environment["MOIETY_ARITHMETIC"], !word.isEmpty, ArithmeticPath(available: word) == nil else {
            return StartCheck("arithmetic", .ok, "\(runs) runs; this processor has \(here)")
        }
        let problem =
            ArithmeticPath(rawValue: word) == nil
            ? "MOIETY_ARITHMETIC names no path of the arithmetic"
            : "MOIETY_ARITHMETIC names \(word), which this processor does not have"
        return StartCheck(
            "arithmetic", .warning, "\(problem); \(runs) runs",
            hint: "set MOIETY_ARITHMETIC to one of \(here), or leave it unset")
    }

    /// Certificates and approvals carry times: a clock that was never set makes them worthless.
    static func clock() -> StartCheck {
        let now = Timestamp.now()
        return StartCheck("clock", now < "2025" ? .failed : .ok, now)
    }

    package func all() async -> [StartCheck] {
        var checks = [identity(), certificate(), invitation()]
        checks.append(
            .run("policy") {
                _ = try site.policy()
                return "read"
            })
        checks.append(
            .run("ledger") {
                let head = try site.ledger().check()
                return "\(head.entries) entries, unbroken, signed head \(head.hash)"
            })
        checks.append(writing())
        checks.append(budgets())
        checks += peers()
        checks.append(leftovers())
        checks += site.settings.tables.keys.sorted().map(table)
        checks.append(await port())
        return checks
    }

    private func identity() -> StartCheck {
        .run("identity") {
            _ = try site.identity()
            return "readable by its owner only"
        }
    }

    private func certificate() -> StartCheck {
        .run("certificate") {
            let certificate = try SiteCertificate.load(
                certificatePath: site.certificateFile, keyPath: site.certificateKeyFile)
            let end = certificate.certificate.notValidAfter
            guard end > Date() else { throw Failure(.permission, "expired", "expired at \(Timestamp.text(end))") }
            return "\(certificate.fingerprint), until \(Timestamp.text(end))"
        }
    }

    private func table(_ name: String) -> StartCheck {
        .run("table \(name)") {
            let (path, source) = try site.source(ofTable: name)
            let table = try Table.read(csv: path, delimiter: source.delimiter)
            return "\(table.rowCount) rows, \(table.header.count) columns"
        }
    }

    /// The invitation is what peers pinned: a certificate that is not the one in it is refused by them.
    private func invitation() -> StartCheck {
        guard let text = try? PrivateFile.readText(site.invitationFile) else {
            return StartCheck(
                "invitation", .warning, "\(site.invitationFile) is not there",
                hint: "a new peer needs it: restore it from a copy")
        }
        return .run("invitation") {
            let invitation = try Invitation(parsing: text, from: site.invitationFile)
            guard invitation.name == site.name else {
                throw Failure(
                    .configuration, "otherName",
                    "site.yaml says '\(site.name)', and this site was made as '\(invitation.name)'",
                    hint: "a site keeps its name: put '\(invitation.name)' back, or make another site with moiety init")
            }
            let certificate = try SiteCertificate.load(
                certificatePath: site.certificateFile, keyPath: site.certificateKeyFile)
            let identity = try site.identity().key.publicKey
            guard invitation.certificate.fingerprint == certificate.fingerprint, invitation.identity == identity else {
                throw Failure(
                    .permission, "otherInvitation",
                    "the keys of this site are not those in its invitation, which its peers have pinned",
                    hint: "restore the key files that belong to it, or send every peer a new invitation")
            }
            return "names the keys of this site"
        }
    }

    /// By writing: a run enters what it does in the ledger, whose folder must take new files too.
    private func writing() -> StartCheck {
        .run("writing") {
            try AtomicFile.checkWritable("\(site.path)/moiety")
            try site.ledger().checkWritable()
            return "the site folder and its ledger can be written"
        }
    }

    /// A budget of which nothing is left refuses what comes next.
    private func budgets() -> StartCheck {
        do {
            let report = try BudgetReport(of: site, peers: site.peers.names())
            let spent = report.budgets.filter { $0.left == 0 }.map { "\($0.budget) (\($0.peer ?? "all"))" }
            return StartCheck(
                "budgets", spent.isEmpty ? .ok : .warning,
                spent.isEmpty ? "none is used up: moiety policy check" : "used up: \(spent.joined(separator: ", "))")
        } catch {
            return StartCheck("budgets", failed: error)
        }
    }

    private func peers() -> [StartCheck] {
        let names: [String]
        do {
            names = try site.peers.names()
        } catch {
            return [StartCheck("peers", failed: error)]
        }
        if names.isEmpty { return [StartCheck("peers", .warning, "none yet", hint: "moiety peer add FILE")] }
        return names.map { name in
            .run("peer \(name)") { "\(try site.peers.peer(named: name).certificate.fingerprint)" }
        }
    }

    /// Of processes that were killed while they wrote: into the site folder, into a folder of it, or beside an output folder
    /// elsewhere.
    private func leftovers() -> StartCheck {
        let folders = ((try? FileManager.default.contentsOfDirectory(atPath: site.path)) ?? []).filter { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(site.path)/\(name)")
            return attributes?[.type] as? FileAttributeType == .typeDirectory
        }
        let found =
            Leftovers.names(in: site.path)
            + folders.sorted().flatMap { folder in
                Leftovers.names(in: "\(site.path)/\(folder)").map { "\(folder)/\($0)" }
            }
            + site.staging.entries().filter { $0.isAlive != true }.map(\.folder)
        return StartCheck(
            "leftovers", found.isEmpty ? .ok : .warning,
            found.isEmpty
                ? "none in the site folder"
                : "\(found.joined(separator: ", ")): of a process that was killed, or of one that runs now; may hold "
                    + "secrets, and a transcript in it is evidence: remove what you do not need once no process runs",
            hint: found.isEmpty ? nil : "the next run of this site removes what its own killed processes left elsewhere"
        )
    }

    /// By binding it: nothing else says whether it can be listened on.
    private func port() async -> StartCheck {
        do {
            let address = try NetworkAddress(site.settings.listen)
            let certificate = try SiteCertificate.load(
                certificatePath: site.certificateFile, keyPath: site.certificateKeyFile)
            let listener = GRPCListener(host: address.host, port: address.port, identity: certificate, pinned: [:])
            try await listener.tryBinding()
            return StartCheck("listen", .ok, "\(address) is free")
        } catch {
            return StartCheck("listen", failed: error)
        }
    }
}
