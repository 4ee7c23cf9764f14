import Records
import SplitRegression

/// The partial likelihood of one site's rows, with Efron's or Breslow's ties, late entry and strata.
struct HazardSums: Sendable {
    let survival: SurvivalColumns
    let event: [Double]
    private let ties: Ties
    let strata: [[Int]]

    init(_ survival: SurvivalColumns, event: [Double], ties: Ties) {
        self.survival = survival
        self.event = event
        self.ties = ties
        var strata: [Int: [Int]] = [:]
        for row in event.indices { strata[survival.stratum?[row] ?? 0, default: []].append(row) }
        self.strata = strata.keys.sorted().compactMap { strata[$0] }
    }

    /// Sums of rates over a risk set: of 1, of columns, of their products (upper triangle).
    private struct Sums {
        var s0 = 0.0
        var s1: [Double]
        var s2: [Double]

        init(_ p: Int) {
            s1 = Array(repeating: 0, count: p)
            s2 = Array(repeating: 0, count: p * (p + 1) / 2)
        }

        mutating func add(_ row: Int, _ rate: Double, _ columns: [[Double]]) {
            s0 += rate
            var at = 0
            for j in s1.indices {
                let left = rate * columns[j][row]
                s1[j] += left
                for k in j..<s1.count {
                    s2[at] += left * columns[k][row]
                    at += 1
                }
            }
        }
    }

    /// Negative log partial likelihood, its derivatives, upper triangle of its second derivatives.
    func derivatives(_ columns: [[Double]], predictor z: [Double]) -> [Double] {
        let p = columns.count
        let largest = z.max() ?? 0
        let rates = z.map { ElementaryFunctions.exp($0 - largest) }
        var loss = 0.0
        var gradient = Array(repeating: 0.0, count: p)
        var information = Array(repeating: 0.0, count: p * (p + 1) / 2)
        for members in strata {
            let byTime = members.sorted { (-survival.time[$0], $0) < (-survival.time[$1], $1) }
            let byEntry = survival.entry.map { entry in members.sorted { (-entry[$0], $0) < (-entry[$1], $1) } } ?? []
            var risk = Sums(p)
            var (next, left) = (0, 0)
            while next < byTime.count {
                let now = survival.time[byTime[next]]
                let tied = byTime[next...].prefix { survival.time[$0] == now }
                for row in tied { risk.add(row, rates[row], columns) }
                next += tied.count
                let deaths = tied.filter { event[$0] == 1 }
                guard !deaths.isEmpty else { continue }
                while left < byEntry.count, let entry = survival.entry, entry[byEntry[left]] >= now {
                    risk.add(byEntry[left], -rates[byEntry[left]], columns)
                    left += 1
                }
                var dying = Sums(p)
                for row in deaths {
                    dying.add(row, rates[row], columns)
                    loss += largest - z[row]
                    for j in 0..<p { gradient[j] -= columns[j][row] }
                }
                for l in deaths.indices {
                    let share = ties == .efron ? Double(l) / Double(deaths.count) : 0
                    let s0 = risk.s0 - share * dying.s0
                    loss += ElementaryFunctions.log(s0)
                    let means = (0..<p).map { (risk.s1[$0] - share * dying.s1[$0]) / s0 }
                    var at = 0
                    for j in 0..<p {
                        gradient[j] += means[j]
                        for k in j..<p {
                            information[at] += (risk.s2[at] - share * dying.s2[at]) / s0 - means[j] * means[k]
                            at += 1
                        }
                    }
                }
            }
        }
        return [loss] + gradient + information
    }
}
