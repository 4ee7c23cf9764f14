import Jobs
import Records
import Site
import SplitRegression

/// One party's part of a model, whatever the number of parties: what `moiety model show` shows and `moiety model export` writes.
package struct ModelPart: Sendable {
    /// The file, for messages.
    let path: String
    let job: JobFile
    let party: Party
    package var name: String { party.name }
    /// Rows of the fit.
    let rows: Int
    let model: PartialModel
    /// With each other party, in the order of the job.
    let bindings: [(party: String, binding: ModelBinding)]

    /// - Throws: `Failure` 66 or 65.
    package init(reading path: String) throws { try self.init(ModelFile.read(path), path: path) }

    /// - Throws: `Failure` 65 where the parts of the file do not fit each other: the job in it, its parties, its columns.
    package init(_ file: ModelFile, path: String) throws {
        let saved = file.joint
        func invalid(_ reason: String) -> Failure {
            Failure(
                .badData, "invalidModel", "\(path) does not fit itself: \(reason)",
                hint: "was it edited? put back a copy of what `moiety job run` wrote")
        }
        guard let job = try? JobFile(yaml: saved.jobYAML), job.hash == saved.job else {
            throw invalid("the job in it is not the one that it names")
        }
        guard let own = job.job.party(named: saved.party),
            Set(saved.bindings.keys) == Set(job.job.others(than: own.name).map(\.name))
        else { throw invalid("its parties are not those of the job") }
        let model = saved.model
        guard own.role.rawValue == model.role, job.job.model.family.rawValue == model.family else {
            throw invalid("its role or its family is not that of the job")
        }
        let columns = own.features.map(ColumnSpec.init)
        guard model.columns == columns, model.terms == columns.flatMap(\.terms).map(\.name) else {
            throw invalid("its columns or its terms are not those of the job")
        }
        let hasConstant = own.role == .active && job.job.model.family.hasIntercept
        guard saved.rows >= 1, hasConstant ? model.constant != nil : (model.constant ?? 0) == 0,
            model.scalings.allSatisfy({ $0.mean.isFinite && $0.sd.isFinite && $0.sd > 0 })
        else { throw invalid("a number of rows, a constant or a scaling that no fit gives") }
        for peer in saved.bindings.keys { try saved.toward(peer).demandBound() }
        self.path = path
        self.job = job
        party = own
        rows = saved.rows
        self.model = model
        bindings = job.job.parties.compactMap { party in saved.bindings[party.name].map { (party.name, $0) } }
    }

    func binding(with party: String) -> ModelBinding? { bindings.first { $0.party == party }?.binding }

    /// Whether both are of one fit: each has in its file what the other committed to in their session.
    func isOfOneFit(with other: ModelPart) -> Bool {
        guard job.hash == other.job.hash, let own = binding(with: other.party.name),
            let theirs = other.binding(with: party.name)
        else { return false }
        return own.session == theirs.session && own.own == theirs.peer && own.peer == theirs.own
    }
}
