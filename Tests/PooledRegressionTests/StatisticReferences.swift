import Records
import SecureSums
import SplitRegression
import TestSupport

@testable import PooledRegression

/// `protocols/vectors/row-statistics.json`: tables, curves and hazards of five hospitals, by pandas, lifelines and statsmodels.
struct StatisticReferences: Decodable {
    struct Vetoes: Decodable {
        let secret: String
        let input: String
        let point: String
        let vetoes: [String]
    }

    struct Table: Decodable {
        struct Rows: Decodable {
            let rows: Int
            let numbers: [String: Numbers]
            let levels: [String: [Int]]
        }

        struct Numbers: Decodable {
            let rows: Int
            let missing: Int
            let mean: Double
            let sd: Double
        }

        let group: String?
        let least: Int
        let sets: [String: Rows]
    }

    struct Curves: Decodable {
        struct Curve: Decodable {
            let level: Int?
            let rows: Int
            let events: Int
            let survival: [Double]
            let errors: [Double]
            let median: Double?
        }

        let group: String?
        let least: Int
        let declared: [Double]
        let times: [Double]
        let steps: Int
        let curves: [Curve]
        let chiSquared: Double?
        let pValue: Double?
    }

    struct Hazards: Decodable {
        struct Feature: Decodable {
            let name: String
            let levels: [Double]
        }

        let columns: [String]
        let features: [Feature]
        let least: Int
        let declared: [Double]
        let times: [Double]
        let steps: Int
        let estimates: [Double]
        let errors: [Double]
        let robust: [Double]
        let events: Int
        let logLikelihood: Double
        let nullLogLikelihood: Double
        let wald: Double
        let cumulative: [Double]
        let cumulativeErrors: [Double]
    }

    let vetoes: Vetoes
    let tables: [Table]
    let curves: [Curves]
    let hazards: [Hazards]

    static let all = try? Repository.vectors("row-statistics", as: StatisticReferences.self)

    static func load() throws -> StatisticReferences {
        try Repository.vectors("row-statistics", as: StatisticReferences.self)
    }

    static let sites = ["north", "east", "south", "west", "centre"]

    static func site(_ site: Int) throws -> ExampleTable { try ExampleTable("rows/\(sites[site]).csv") }
}

extension ExampleTable {
    func column(_ name: String) -> [Double] { columns[name] ?? [] }

    func codes(_ name: String?) -> [Int?]? { name.map { column($0).map { Int($0) } } }
}
