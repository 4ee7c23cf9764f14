package import Records
package import Site
import SplitRegression

extension PartyTable {
    /// What is added to the predictor of each of these rows; nil where nothing is. Logarithms are the program's own: messages
    /// follow from them, and a replay must not depend on a C library.
    package func predictorOffset(_ rows: AlignedRows) throws(RecordsError) -> [Double]? {
        let offset = try values(of: .offset, rows)
        guard let exposure = try values(of: .exposure, rows) else { return offset }
        let logarithms = exposure.map { ElementaryFunctions.log($0) }
        return offset.map { zip($0, logarithms).map(+) } ?? logarithms
    }
}
