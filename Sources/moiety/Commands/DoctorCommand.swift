import ArgumentParser
import Bignum
import Foundation
import GRPCTransport
import Records
import Runner
import Site

struct DoctorCheck: Codable, Sendable {
    enum Verdict: String, Codable, Sendable { case ok, warning, failed }

    let name: String
    let verdict: Verdict
    let detail: String
}

struct DoctorReport: Codable, Sendable {
    let version: String
    let arithmetic: String
    let cores: Int
    let checks: [DoctorCheck]

    var text: String {
        var lines = ["moiety \(version), arithmetic: \(arithmetic), \(cores) cores"]
        lines += checks.map { "  \($0.verdict.rawValue)  \($0.name): \($0.detail)" }
        return lines.joined(separator: "\n")
    }
}

struct DoctorCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Preflight: this build, this machine, this site.")

    @Option(
        name: .customLong("site"),
        help: ArgumentHelp("The site folder; without it, the machine alone.", valueName: "dir"))
    var sitePath: String?
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<DoctorReport> {
        var checks = [clock()]
        if let sitePath {
            let site = try SiteFolder(opening: sitePath)
            checks.append(contentsOf: SiteDoctor(site: site).checks())
            checks.append(await port(of: site))
        }
        let report = DoctorReport(
            version: Release.version, arithmetic: "\(ArithmeticPath.current)",
            cores: ProcessInfo.processInfo.activeProcessorCount, checks: checks)
        let failed = checks.contains { $0.verdict == .failed }
        return Reply(report, text: report.text, status: failed ? .configuration : .ok)
    }

    /// Certificates and approvals carry times: a clock that was never set makes them worthless.
    private func clock() -> DoctorCheck {
        let now = Timestamp.now()
        return DoctorCheck(name: "clock", verdict: now < "2025" ? .failed : .ok, detail: now)
    }

    private func port(of site: SiteFolder) async -> DoctorCheck {
        do {
            let address = try NetworkAddress(site.settings.listen)
            let certificate = try SiteCertificate.load(
                certificatePath: site.certificateFile, keyPath: site.certificateKeyFile)
            let listener = GRPCListener(
                host: address.host, port: address.port, identity: certificate, pinned: [:])
            try await listener.withChannel(timeout: .milliseconds(1)) { _ in }
            return free(address)
        } catch TransportError.nobodyConnected {
            return free(site.settings.listen)
        } catch {
            return DoctorCheck(name: "listen", verdict: .failed, detail: Failure(describing: error).message)
        }
    }
}

extension DoctorCommand {
    private func free(_ address: some CustomStringConvertible) -> DoctorCheck {
        DoctorCheck(name: "listen", verdict: .ok, detail: "\(address) is free")
    }
}

/// What can be wrong in a site folder.
private struct SiteDoctor {
    let site: SiteFolder

    func checks() -> [DoctorCheck] {
        [
            check("identity") {
                _ = try site.identity(); return "readable by its owner only"
            },
            check("certificate") {
                let certificate = try SiteCertificate.load(
                    certificatePath: site.certificateFile, keyPath: site.certificateKeyFile)
                let end = certificate.certificate.notValidAfter
                guard end > Date() else { throw Failure(.permission, "expired", "expired at \(Timestamp.text(end))") }
                return "\(certificate.fingerprint), until \(Timestamp.text(end))"
            },
            check("policy") {
                _ = try site.policy(); return "read"
            },
            check("ledger") {
                let head = try site.ledger().check()
                return "\(head.entries) entries, unbroken, signed head \(head.hash)"
            },
            budgets(),
            peers(), leftovers(),
        ]
            + site.settings.tables.keys.sorted().map { name in
                check("table \(name)") {
                    let (path, source) = try site.source(ofTable: name)
                    let table = try Table.read(csv: path, delimiter: source.delimiter)
                    return "\(table.rowCount) rows, \(table.header.count) columns"
                }
            }
    }

    private func check(_ name: String, _ body: () throws -> String) -> DoctorCheck {
        do {
            return DoctorCheck(name: name, verdict: .ok, detail: try body())
        } catch {
            return DoctorCheck(name: name, verdict: .failed, detail: Failure(describing: error).message)
        }
    }

    /// A budget of which nothing is left refuses what comes next.
    private func budgets() -> DoctorCheck {
        do {
            let report = try BudgetReport(of: site, peers: site.peers.names())
            let spent = report.budgets.filter { $0.left == 0 }.map { "\($0.budget) (\($0.peer ?? "all"))" }
            return DoctorCheck(
                name: "budgets", verdict: spent.isEmpty ? .ok : .warning,
                detail: spent.isEmpty
                    ? "none is used up: moiety policy check" : "used up: \(spent.joined(separator: ", "))")
        } catch {
            return DoctorCheck(name: "budgets", verdict: .failed, detail: Failure(describing: error).message)
        }
    }

    private func peers() -> DoctorCheck {
        do {
            let names = try site.peers.all().map(\.name)
            return DoctorCheck(
                name: "peers", verdict: names.isEmpty ? .warning : .ok,
                detail: names.isEmpty ? "none yet: moiety peer add" : names.joined(separator: ", "))
        } catch {
            return DoctorCheck(name: "peers", verdict: .failed, detail: Failure(describing: error).message)
        }
    }

    /// Of processes that were killed while they wrote into the site folder or a folder of it. Where a job's output was to
    /// stand elsewhere only its next run knows.
    private func leftovers() -> DoctorCheck {
        let folders = ((try? FileManager.default.contentsOfDirectory(atPath: site.path)) ?? []).filter { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(site.path)/\(name)")
            return attributes?[.type] as? FileAttributeType == .typeDirectory
        }
        let found =
            Leftovers.names(in: site.path)
            + folders.sorted().flatMap { folder in
                Leftovers.names(in: "\(site.path)/\(folder)").map { "\(folder)/\($0)" }
            }
        return DoctorCheck(
            name: "leftovers", verdict: found.isEmpty ? .ok : .warning,
            detail: found.isEmpty
                ? "none in the site folder"
                : "\(found.joined(separator: ", ")): of a process that was killed, or of one that runs now; may hold "
                    + "secrets, and a transcript in it is evidence: remove what you do not need once no process runs")
    }
}
