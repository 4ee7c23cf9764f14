import Records
import Testing

@Suite struct InformationRuleTests {
    @Test(arguments: [(1, 10), (12, 780), (40, 8200), (0, 0)])
    func rows(_ parameters: Int, _ rows: Int) {
        #expect(InformationRule.rows(parameters: parameters) == rows)
    }

    /// A number of parameters that a stranger made up asks for more rows than there can be, and traps nowhere.
    @Test func hugeModelsNeverFit() {
        for parameters in [Int.max, Int.max - 1, Int.max / 2, 1 << 40] {
            #expect(InformationRule.rows(parameters: parameters) == .max)
        }
    }
}
