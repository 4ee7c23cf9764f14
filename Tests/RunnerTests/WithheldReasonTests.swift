import Foundation
import Jobs
import Records
import TestSupport
import Testing
import Wire

@testable import Runner
@testable import Site
@testable import SplitRegression

/// What the others hear of a party that does not score new rows of several parties (`protocols/multiparty-training.md` 9).
@Suite struct WithheldReasonTests {
    private static let yaml = """
        moiety: 12
        title: Small
        parties:
          - {name: hospital, role: active, identifier: id, label: outcome, features: [age]}
          - {name: lab, identifier: id, features: [m1, m2, m3]}
          - {name: registry, identifier: id, features: [prior, r1, r2]}
        helper: lab
        model: {family: logistic}
        reveal: [coefficients, scores]

        """

    /// The laboratory's side of a prediction by a part of a model.
    private func refused(
        _ coefficients: [Double], row: (Int) -> [Int] = { [$0 % 53, $0 % 7, $0 % 11] }
    ) throws -> WithheldReason? {
        let folder = try TemporaryFolder()
        let file = try JobFile(yaml: Self.yaml)
        let lines = (0..<60).map { person in
            "P\(person + 100),\(row(person).map { "\($0)" }.joined(separator: ","))\n"
        }
        let lab = file.job.parties[1]
        let table = try PartyTable(
            scoring: lab, csv: folder.write("new.csv", "id,m1,m2,m3\n" + lines.joined()), delimiter: nil,
            missing: .standard)
        let columns = lab.features.map(ColumnSpec.init)
        let model = try PartialModel(
            family: "logistic", role: "passive", columns: columns, terms: columns.map(\.name), estimates: coefficients,
            scalings: columns.map { _ in Scaling(mean: 0, sd: 1) }, constant: nil)
        let side = JointSide(
            file: file, own: 1, table: table, salts: ColumnSalts(key: SigningKey()),
            patience: .seconds(1), books: nil, progress: ProgressReporter(observer: Notebook()))
        let rows = try table.pooledRows()
        do throws(WithheldReason) {
            _ = try JointPredictionRun(side: side, model: model).part(of: rows)
            return nil
        } catch { return error }
    }

    /// Its own people hear which; in the others' ears all are one.
    @Test func oneNameForAllReasons() throws {
        #expect(try refused([1, 2, 3]) == nil)
        let reasons = [
            "scoresRefused": try refused([1, 0, 0]),
            "coefficientOutOfRange": try refused([0x1.fp22, 1, 1]),
            "outOfScale": try refused([1, 2, 3]) { [$0 == 30 ? 1 << 40 : $0, $0 % 7, $0 % 11] },
            "guard-scores": try refused([1, 2, 3]) { [$0 % 2, 0, 0] },
        ]
        for (code, reason) in reasons {
            let reason = try #require(reason, "\(code)")
            #expect(Failure(describing: reason).code == code)
            #expect(reason.abortReason == AbortReason(.refusal, "siteRefuses"))
        }
    }
}
