import Records
import Testing

@Suite struct DescribeTests {
    @Test func summarisesTheReferenceTables() throws {
        let data = try Table.read(csv: example("actg175/hospital/hospital.csv"))
        let summaries = data.describe()
        #expect(
            summaries.map(\.kind) == [
                .text, .yesNo, .integer, .integer, .number, .yesNo, .yesNo, .yesNo, .integer, .yesNo, .yesNo, .yesNo,
            ])
        let age = summaries[3]
        #expect(age.minimum == 12 && age.maximum == 70 && age.missing == 0 && age.rows == 1971)
        #expect(summaries[0].distinct == 1971)
        #expect(summaries.allSatisfy { $0.problems.isEmpty })
        #expect(summaries[0].suggestedSpec == nil && summaries[1].suggestedSpec == .binary("cens"))
        let lab = try Table.read(csv: example("actg175/lab/lab.csv")).describe()
        #expect(lab[3].name == "cd496" && lab[3].missing > 600)
    }

    @Test func saysWhatIsWrong() throws {
        var csv = "none,one,num,arm,=f,flag\n"
        for row in 0..<40 {
            csv +=
                "NA,7,\(row == 9 ? "12kg" : "\(row).5"),\(["Arm", "arm", "B"][row % 3]),\(row),\(row < 3 ? "yes" : "No")\n"
        }
        let summaries = try table(csv).describe()
        #expect(summaries.map(\.kind) == [.empty, .integer, .text, .categorical, .integer, .yesNo])
        #expect(summaries[0].problems == ["no cell has a value"])
        #expect(summaries[1].problems == ["constant"])
        #expect(summaries[2].problems == ["1 cells are not numbers, the first in row 11"])
        #expect(summaries[3].problems == ["levels that differ in case only: Arm, arm"])
        #expect(summaries[4].problems == [ColumnProblem.formulaName.rawValue])
        #expect(summaries[5].problems == ["level yes on 3 rows, under the smallest cell (11)"])
        #expect(summaries[5].mean == 0.075)
        #expect(
            summaries[3].suggestedSpec
                == .categorical("arm", levels: ["Arm", "B", "arm"], reference: "Arm"))
    }
}
