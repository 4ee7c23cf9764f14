package import Jobs
import Records
package import Site
package import SplitRegression

/// The files of a description: what all sites have, and how this one's rows came to the common ones.
package struct DescriptionFiles {
    static let json = DescriptionTables.json

    private let tables: DescriptionTables
    /// This site's own: the other knows its own.
    package let attrition: AttritionTable
    private let own: String

    package init(_ table: DescriptionTable, _ inputs: JobInputs) {
        self.init(table, inputs.job, inputs.own, inputs.table)
    }

    /// - Parameter rows: of this site.
    package init(_ table: DescriptionTable, _ job: Job, _ own: Party, _ rows: PartyTable) {
        tables = DescriptionTables(table: table, job: job)
        self.own = own.name
        attrition = AttritionTable(rows.identifiers.report, common: table.rows, parties: job.parties.count)
    }

    /// What follows from the result alone.
    package func results() throws -> [ResultFile] { try tables.files() }

    /// What `moiety describe` prints.
    package var text: String { "\(tables.text)\n\n\(attrition.text(of: own))" }
}
