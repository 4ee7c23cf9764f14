import Foundation
import Jobs
import PooledRegression
import ProtocolKit
import Records
import SecureSums
package import Site
import SplitRegression
package import Transcript
import Wire

/// Runs one party's side of a mesh again over the logs of its sessions, from its seeds and its table: the very code that ran.
package struct MeshReplay {
    private typealias Finding = VerificationReport.Finding

    private let copy: MeshCopy
    private let site: SiteFolder
    private let progress: ProgressReporter

    /// - Throws: `Failure` 78 for another site's folder.
    package init(_ folder: String, at site: SiteFolder, _ observer: any RunObserver) throws {
        copy = try MeshCopy(folder)
        self.site = site
        progress = ProgressReporter(observer: observer)
        guard copy.keeper == site.name else {
            throw Failure(
                .configuration, "otherSite", "this is \(copy.keeper)'s folder; the site is '\(site.name)'",
                hint: "each site replays its own")
        }
    }

    /// One session of the replay.
    private struct Side {
        let index: Int
        let replay: Replay
        let secrets: OpenedSecrets
        let items: [InputCommitments.Item]
    }

    /// What came of it again.
    private struct Again {
        let mesh: Bytes32
        let facts: (Bytes32) throws -> ResultFacts
        let files: [ResultFile]
    }

    private var session: any SiteProtocol {
        switch copy.purpose {
        case PooledProtocol().purpose: PooledProtocol()
        case JointFitProtocol().purpose: JointFitProtocol()
        case JointDescriptionProtocol().purpose: JointDescriptionProtocol()
        case JointPredictionProtocol().purpose: JointPredictionProtocol()
        default: JointAlignmentProtocol()
        }
    }

    /// R01, R02, R03.
    package func findings() async throws -> [VerificationReport.Finding] {
        let job = copy.job
        guard let own = job.index(of: copy.keeper), copy.pairs.count == job.parties.count - 1,
            let first = copy.pairs.values.min(by: { $0.peer < $1.peer })
        else { return Finding.notEvaluated([.r01, .r02, .r03], "sessions are missing") }
        guard copy.pairs.values.allSatisfy({ $0.heads.count == 2 }) else {
            return Finding.notEvaluated(
                [.r01, .r02, .r03], "a site was lost, and when that was noticed does not follow from messages")
        }
        let file = try JobFile(reading: "\(first.transcript)/\(TranscriptLayout.jobText)")
        let used: Used
        let sides: [Side]
        do {
            used = try self.used(job.parties[own], first)
            sides = try copy.pairs.values.sorted { $0.peer < $1.peer }.reduce(into: []) { sides, pair in
                sides.append(try side(pair, file, own, used, after: sides.last))
            }
        } catch let refusal as ReplayRefusal {
            return [
                Finding(check: .r01, status: .failed, error: refusal.name, sentence: refusal.sentence)
            ] + Finding.notEvaluated([.r02, .r03], "R01 failed")
        } catch TranscriptError.otherSeed(let party) {
            return [
                Finding(
                    check: .r01, status: .failed, error: "seedMismatch",
                    sentence: "A seed at hand is not the one that \(party) committed to.")
            ] + Finding.notEvaluated([.r02, .r03], "the seed is another one")
        }
        for side in sides {
            let committed = side.replay.finding(commitments: side.items)
            guard committed.status == .passed else {
                return [committed] + Finding.notEvaluated([.r02, .r03], "R01 failed")
            }
            if let hindrance = side.replay.hindrance {
                return [committed] + Finding.notEvaluated([.r02, .r03], hindrance)
            }
        }
        let (result, error) = await again(sides, file, own, used, start: first)
        let committed = Finding(check: .r01, status: .passed, sentence: Check.r01.sentence)
        var messages = 0
        for side in sides {
            let derived = side.replay.finding(after: error)
            guard derived.status == .passed else {
                return [committed, derived] + Finding.notEvaluated([.r03], "R02 failed")
            }
            messages += side.replay.progress.total
        }
        let derived = Finding(
            check: .r02, status: .passed,
            sentence: "\(Check.r02.sentence) (\(messages) messages to \(sides.count) sites)")
        return [committed, derived, try compare(result, sides)]
    }

    /// What this site brought to all sessions alike.
    private struct Used {
        let table: PartyTable
        /// Of a prediction: its name for the new rows, and its part of the model.
        var scoring: (table: String, model: PartialModel)?
    }

    private func secrets(of pair: MeshCopy.Pair) -> String {
        "\(pair.transcript)/\(TranscriptLayout.privateFolder)"
    }

    private func used(_ party: Party, _ pair: MeshCopy.Pair) throws -> Used {
        guard session is JointPredictionProtocol else {
            return Used(table: try PartyTable(copy.job, party: party, site: site))
        }
        let saved = try model(of: pair, party)
        let name = try PrivateFile.readText("\(secrets(of: pair))/table", limit: 1024)
        return Used(table: try PartyTable(scoring: party, site: site, table: name), scoring: (name, saved.model))
    }

    /// This site's part of the model, as the session left it.
    private func model(of pair: MeshCopy.Pair, _ party: Party) throws -> SavedModel {
        let saved = try SavedModel.read("\(secrets(of: pair))/model.json")
        guard saved.job == copy.job.hash.hex, saved.party == party.name, saved.peer == pair.peer,
            saved.model.role == party.role.rawValue, saved.model.family == copy.job.model.family.rawValue
        else {
            throw ReplayRefusal(
                name: "modelMismatch",
                sentence: "The model at hand is not one of this job and this party, in its role.")
        }
        return saved
    }

    /// - Parameter earlier: another side, whose commitments are the same where a job splits rows and the salts are.
    private func side(
        _ pair: MeshCopy.Pair, _ file: JobFile, _ own: Int, _ used: Used, after earlier: Side?
    ) throws -> Side {
        let job = file.job
        let peer = try peer(pair.peer, job)
        let secrets = try OpenedSecrets(folder: secrets(of: pair), of: session)
        let inputs = JobInputs(
            file, for: session, own: job.parties[own], peer: job.parties[peer], table: used.table,
            scoring: try used.scoring.map { .init(model: try model(of: pair, job.parties[own]), table: $0.table) })
        return Side(
            index: peer, replay: try Replay(folder: pair.transcript, seed: secrets.seed), secrets: secrets,
            items: try items(inputs, secrets, after: earlier))
    }

    private func items(
        _ inputs: JobInputs, _ secrets: OpenedSecrets, after earlier: Side?
    ) throws -> [InputCommitments.Item] {
        if let earlier, inputs.job.isSplitByRows, earlier.secrets.salts == secrets.salts { return earlier.items }
        return try inputs.commitments(salts: secrets.salts).map(\.item)
    }

    private func peer(_ name: String, _ job: Job) throws -> Int {
        guard let index = job.index(of: name) else {
            throw Failure(.badData, "notAParty", "'\(name)' is not a party of this job")
        }
        return index
    }

    private func again(
        _ sides: [Side], _ file: JobFile, _ own: Int, _ used: Used, start: MeshCopy.Pair
    ) async -> (Again?, (any Error)?) {
        let table = used.table
        do {
            for side in sides { try await open(side) }
            let sessions = Dictionary(
                sides.map { ($0.index, $0.replay.session) }, uniquingKeysWith: { first, _ in first })
            let again: Again =
                switch session {
                case is PooledProtocol: try await pooled(sessions, file, own, table, start)
                case is JointFitProtocol: try await fit(sessions, file, own, table)
                case is JointDescriptionProtocol: try await described(sessions, file, own, table)
                case is JointPredictionProtocol: try await predicted(sessions, file, own, used)
                default: try await joint(sessions, file, own, table)
                }
            let heads = MeshHeads(again.mesh, file.job, own: own, sessions)
            for side in sides {
                let peer = file.job.parties[side.index].name
                try await heads.toward(peer, from: copy.keeper, file.job).exchange(over: side.replay.session)
                try await side.replay.session.close()
            }
            return (again, nil)
        } catch {
            progress.say("the replay ended: \(Failure(describing: error).code)")
            return (nil, error)
        }
    }

    private func pooled(
        _ sessions: [Int: Session], _ file: JobFile, _ own: Int, _ table: PartyTable, _ start: MeshCopy.Pair
    ) async throws -> Again {
        let bytes = try PrivateFile.readBytes(
            "\(start.transcript)/\(TranscriptLayout.privateFolder)/\(PooledJob.startFile)", limit: 1 << 28)
        let identity = try site.identity()
        let result = try await PooledRun(
            job: file.job, own: own, rows: PooledAnalysis.Rows(file.job, table, table.pooledRows()),
            secret: SiteSecret(identity, file.job),
            signer: { try identity.key.sign($0) }, start: PooledState(encoded: bytes), patience: .seconds(3600)
        ).run(over: sessions)
        return Again(
            mesh: result.mesh, facts: { try result.facts(salt: $0) }, files: try PooledFiles(file, result).results())
    }

    private func joint(
        _ sessions: [Int: Session], _ file: JobFile, _ own: Int, _ table: PartyTable
    ) async throws -> Again {
        let result = try await JobInputs.alignJointly(
            table, file.job, own: own, over: sessions, patience: .seconds(3600))
        return Again(
            mesh: result.mesh, facts: { try result.facts(salt: $0) }, files: try JointFiles(file, result).results())
    }

    /// Nobody's books are asked.
    private func joint(_ file: JobFile, _ own: Int, _ table: PartyTable) throws -> JointSide {
        JointSide(
            file: file, own: own, table: table, salts: ColumnSalts(identity: try site.identity()),
            patience: .seconds(3600), books: nil, progress: progress)
    }

    private func fit(
        _ sessions: [Int: Session], _ file: JobFile, _ own: Int, _ table: PartyTable
    ) async throws -> Again {
        let result = try await JointFitRun(side: joint(file, own, table)).run(over: sessions)
        return Again(
            mesh: result.alignment.mesh, facts: { try result.facts(salt: $0) },
            files: try JointFitFiles(file, file.job.parties[own], result).results())
    }

    private func described(
        _ sessions: [Int: Session], _ file: JobFile, _ own: Int, _ table: PartyTable
    ) async throws -> Again {
        let result = try await JointDescriptionRun(side: joint(file, own, table)).run(over: sessions)
        return Again(
            mesh: result.alignment.mesh, facts: { try result.facts(salt: $0) },
            files: try JointDescriptionFiles(file, file.job.parties[own], table, result).results())
    }

    private func predicted(
        _ sessions: [Int: Session], _ file: JobFile, _ own: Int, _ used: Used
    ) async throws -> Again {
        guard let model = used.scoring?.model else {
            throw Failure(.internalError, "modelMissing", "a prediction was prepared without a model")
        }
        let result = try await JointPredictionRun(side: joint(file, own, used.table), model: model).run(over: sessions)
        return Again(
            mesh: result.alignment.mesh, facts: { try result.facts(salt: $0) },
            files: try JointPredictionFiles(file, result).results())
    }

    /// Nobody is asked for an approval again.
    private func open(_ side: Side) async throws {
        let session = side.replay.session
        try await session.send(ApprovalMessage(note: ""))
        try await session.send(InputCommitments(items: side.items))
        _ = try await session.receive(ApprovalMessage.self)
        _ = try await session.receive(InputCommitments.self)
        try await session.checkpoint()
    }

    private func compare(_ result: Again?, _ sides: [Side]) throws -> Finding {
        func failed(_ error: String, _ sentence: String) -> Finding {
            Finding(check: .r03, status: .failed, error: error, sentence: sentence)
        }
        guard let result else {
            return failed("resultMismatch", "This site signed a result, but its sessions come to none.")
        }
        for side in sides {
            guard let outcome = side.replay.outcome else {
                return Finding.notEvaluated([.r03], "a session has no outcome of this site")[0]
            }
            guard let salt = side.secrets.resultSalt else {
                return failed("saltMissing", "The commitment to the result cannot be opened.")
            }
            let facts = try result.facts(salt)
            guard facts.commitment == outcome.resultCommitment, facts.counts == outcome.counts,
                facts.metrics == outcome.metrics
            else {
                return failed(
                    "resultMismatch", "Another result follows from these inputs than the one that this site signed.")
            }
        }
        for made in result.files {
            let path = "\(copy.folder)/\(made.name)"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            guard try PrivateFile.readBytes(path, limit: 1 << 26) == made.bytes else {
                return failed("resultsDiffer", "\(made.name) beside the transcripts is not what the sessions came to.")
            }
        }
        return Finding(check: .r03, status: .passed, sentence: Check.r03.sentence)
    }
}
