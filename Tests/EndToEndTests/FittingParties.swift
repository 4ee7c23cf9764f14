import Foundation
import TestSupport
import Testing

/// Three parties that fit a linear model over some of the same people.
struct FittingParties {
    let sites: ManySites

    static let names = ["hospital", "lab", "registry"]
    /// One party of each session, and the other.
    static let sessions = [("hospital", "lab"), ("lab", "registry"), ("registry", "hospital")]
    static let rows = 240

    static func job(_ more: String = "", helper: String = "lab", family: String = "linear") -> String {
        """
        moiety: 12
        title: Outcome by all
        parties:
          - {name: hospital, role: active, identifier: id, label: outcome, features: [age]}
          - {name: lab, identifier: id, features: [m1, m2, m3]}
          - {name: registry, identifier: id, features: [r1, r2, {column: arm, type: binary}]}
        helper: \(helper)
        model: {family: \(family), maxPasses: 12}
        keys: {bits: 2048}
        loosen: [budget]
        network: {connectTimeout: 30, messageTimeout: 300}
        \(more)

        """
    }

    /// Of a person; the same noise in every run.
    static func columns(_ person: Int) -> (age: Int, m: [Int], r: [Int], arm: Int, outcome: Double) {
        let age = 20 + person * 13 % 61
        let m = [person * 11 % 37, person * 17 % 41, person * 5 % 31]
        let r = [person * 7 % 29, person * 19 % 43]
        let arm = person * 3 % 2 == 0 || person % 5 == 0 ? 1 : 0
        let noise = Double(person * 23 % 47) / 5
        let outcome =
            1 + 0.25 * Double(age) - 0.5 * Double(m[0]) + 0.1 * Double(m[1]) - 0.3 * Double(r[0]) + 2 * Double(arm)
            + noise
        return (age, m, r, arm, outcome)
    }

    /// The active party's, with times.
    private static func hospitalCells(_ person: Int) -> String {
        let of = columns(person)
        let days = max(1, 30 - Int(of.outcome)) + person * 37 % 31
        let (event, entered) = (person * 29 % 10 < 7 ? 1 : 0, days > 10 ? person % 7 : 0)
        return "\(event),\(of.age),\(days),\(entered),\(person % 3 % 2)"
    }

    /// - Parameters:
    ///   - job: nil for the standard one.
    ///   - rows: that all have.
    ///   - hasTimes: whether the outcome is an event or the end of observation, after some days, of people who enter late and are at two
    ///     centres.
    ///   - hasWards: whether the active party has a column that nothing follows from.
    ///   - more: changes a row of a party's table.
    init(
        job: String? = nil, rows: Int = Self.rows, hasTimes: Bool = false, hasWards: Bool = false,
        changing row: @escaping (Int, Int, String) -> String = { $2 }
    ) async throws {
        sites = try await ManySites(Self.names, job: job ?? Self.job("transcript: {payloads: full}"), approve: false) {
            party in
            let headers = [
                "id,outcome,age\(hasTimes ? ",days,entered,centre" : "")\(hasWards ? ",ward" : "")\n", "id,m1,m2,m3\n",
                "id,r1,r2,arm\n",
            ]
            let rows = (0..<rows + 20).filter { $0 < rows || $0 % 3 == party }.map { person in
                let of = Self.columns(person)
                let cells =
                    switch party {
                    case 0 where hasTimes: Self.hospitalCells(person)
                    case 0: "\(of.outcome),\(of.age)" + (hasWards ? ",\(Self.ward(person))" : "")
                    case 1: of.m.map { "\($0)" }.joined(separator: ",")
                    default: (of.r + [of.arm]).map { "\($0)" }.joined(separator: ",")
                    }
                return "P\(1000 + person),\(row(party, person, cells))\n"
            }
            return headers[party] + (party == 1 ? rows.reversed() : rows).joined()
        }
        for name in Self.names {
            let policy = URL(fileURLWithPath: "\(sites.site(name))/policy.yaml")
            let text = try String(contentsOf: policy, encoding: .utf8).split(separator: "\n").filter {
                !$0.hasPrefix("loosen")
            }.joined(separator: "\n")
            try Data("\(text)\nloosen: [budget, leverage]\n".utf8).write(to: policy)
            try await sites.approve(name)
        }
    }

    static func ward(_ person: Int) -> String { person % 3 == 0 ? "north" : "south" }

    func run() async throws -> [String: Program.Ended] { try await sites.run(command: ["job", "run"]) }

    /// Rows of a party's result, by column.
    func rows(_ name: String, _ file: String) throws -> [[String: String]] {
        let lines = try String(contentsOfFile: "\(sites.results(name))/\(file)", encoding: .utf8).split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
    }

    /// Estimates by term, over these parties.
    func estimates(_ column: String = "estimate", of names: [String] = Self.names) throws -> [String: Double] {
        var found: [String: Double] = [:]
        for row in try names.flatMap({ try rows($0, "coefficients.csv") }) {
            found[try #require(row["term"])] = Double(row[column] ?? "")
        }
        return found
    }
}

/// Least squares over the joined table, by normal equations.
struct FittedByHand {
    let coefficients: [String: Double]

    /// - Parameter out: columns that are left out.
    init(without out: Set<String> = []) throws {
        let rows = (0..<FittingParties.rows).map { FittingParties.columns($0) }
        let all = ["(Intercept)", "age", "m1", "m2", "m3", "r1", "r2", "arm"]
        let kept = all.indices.filter { !out.contains(all[$0]) }
        let names = kept.map { all[$0] }
        let design = rows.map { row in
            let cells = [1, Double(row.age)] + row.m.map(Double.init) + row.r.map(Double.init) + [Double(row.arm)]
            return kept.map { cells[$0] }
        }
        let p = names.count
        var system = (0..<p).map { i in
            (0..<p).map { j in design.reduce(0) { $0 + $1[i] * $1[j] } }
                + [zip(design, rows).reduce(0) { $0 + $1.0[i] * $1.1.outcome }]
        }
        for i in 0..<p {
            let pivot = try #require((i..<p).max { abs(system[$0][i]) < abs(system[$1][i]) })
            system.swapAt(i, pivot)
            for row in 0..<p where row != i {
                let factor = system[row][i] / system[i][i]
                for column in i...p { system[row][column] -= factor * system[i][column] }
            }
        }
        coefficients = Dictionary(
            uniqueKeysWithValues: names.enumerated().map { ($1, system[$0][p] / system[$0][$0]) })
    }
}
