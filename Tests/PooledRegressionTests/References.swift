import Foundation
import Records
import SplitRegression
import TestSupport

@testable import PooledRegression

/// `protocols/vectors/row-split.json`: fits of pooled tables by statsmodels.
struct References: Decodable {
    struct Fit: Decodable {
        let name: String
        let path: String
        let label: String
        let columns: [String]
        let family: String
        let weighted: Bool
        let offset: Bool
        let theta: Double?
        let estimated: Bool?
        let thetaFound: Double?
        let thetaError: Double?
        let estimates: [Double]
        let errors: [Double]
        let deviance: Double
        let nullDeviance: Double
        let dispersion: Double
        let logLikelihood: Double
        let hc0: [Double]
        let clustered: [String: [Double]]
    }

    struct Hazards: Decodable {
        let name: String
        let path: String
        let columns: [String]
        let ties: Ties
        let entry: Bool
        let sites: Int
        let estimates: [Double]
        let errors: [Double]
        let logLikelihood: Double
        let nullLogLikelihood: Double
        let wald: Double
        let score: Double
    }

    let fits: [Fit]
    let hazards: [Hazards]

    static let all = try? Repository.vectors("row-split", as: References.self)

    static func fit(_ name: String) throws -> Fit {
        guard let fit = all?.fits.first(where: { $0.name == name }) else { throw MissingReference(name: name) }
        return fit
    }
}

struct MissingReference: Error { let name: String }

/// A table of `examples/`: numbers by column.
struct ExampleTable {
    let columns: [String: [Double]]
    let count: Int

    init(_ path: String) throws {
        let text = try String(contentsOfFile: Repository.example(path), encoding: .utf8)
        let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces).split(separator: ",") }
        var columns: [String: [Double]] = [:]
        for (place, name) in (lines.first ?? []).enumerated() {
            columns[String(name)] = lines.dropFirst().map { Double($0[place]) ?? .nan }
        }
        self.columns = columns
        count = lines.count - 1
    }

    /// Rows of one of several sites: every so many.
    func rows(_ site: Int, of sites: Int) -> [Int] { (0..<count).filter { $0 % sites == site } }
}

/// Parts of these tables at nine sites have rows with a leverage of 0.4, which jobs refuse: the guard has tests of its own.
private let unguarded = 1.0

extension References.Fit {
    var model: PooledModel {
        PooledModel(
            family: ModelFamily(rawValue: family) ?? .linear, terms: columns, hasWeights: weighted, hasOffset: offset,
            theta: theta, smallestCell: 1, largestLeverage: unguarded)
    }

    func rows(_ site: Int, of sites: Int) throws -> PooledRows {
        let table = try ExampleTable(path)
        let rows = table.rows(site, of: sites)
        func pick(_ name: String) -> [Double] { rows.map { table.columns[name]?[$0] ?? .nan } }
        return PooledRows(
            label: pick(label), columns: columns.map(pick), offset: offset ? rows.map { 0.1 * Double($0 % 5) } : nil,
            weight: weighted ? rows.map { 1 + 0.5 * Double($0 % 3) } : nil)
    }
}

extension References.Hazards {
    var model: PooledModel {
        PooledModel(family: .cox, terms: columns, ties: ties, smallestCell: 1, largestLeverage: unguarded)
    }

    func rows(_ site: Int) throws -> PooledRows {
        let table = try ExampleTable(path)
        let rows = table.rows(site, of: sites)
        func pick(_ name: String) -> [Double] { rows.map { table.columns[name]?[$0] ?? .nan } }
        let time = pick("days")
        let entries = zip(rows, time).map { min($1 * 0.5, 10.0 * Double($0 % 7)) + 0.25 }
        return PooledRows(
            label: pick("cens"), columns: columns.map(pick), survival: .init(time: time, entry: entry ? entries : nil))
    }
}
