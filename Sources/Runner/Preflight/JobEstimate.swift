import Foundation
package import Jobs
import Paillier
import PrivateSetIntersection
import Records
import SplitRegression

/// About what a job will take: the messages and operations of a quick and of a slow fit, counted from the plans that both parties follow,
/// at typical prices (`Benchmarks/README.md`, Cost). For planning a night or an afternoon, and no more exact than that.
package struct JobEstimate: Sendable, Hashable, Codable {
    /// Bytes that all parties send together, from and to.
    package let leastBytes: Double
    package let mostBytes: Double
    /// By the clock, each party on two cores of such a processor.
    package let leastSeconds: Double
    package let mostSeconds: Double
    /// Bytes at the party that holds most, about.
    package let memory: Double

    /// Rows beyond which nobody is told anything: figures of theirs would be none.
    private static let mostRows = 1 << 40

    /// - Parameters:
    ///   - rows: common rows that are fitted.
    ///   - heldOut: common rows that are kept aside.
    ///   - ownIdentifiers: usable ones of this site; the others are taken to have as many.
    ///   - relativeCost: of a modular product, at the others too, compared with one by AVX-512 IFMA.
    /// - Returns: nil for rows or keys that no fit could be run with.
    package init?(_ job: Job, rows: Int, heldOut: Int = 0, ownIdentifiers: Int, relativeCost: Double) {
        guard [rows, heldOut, ownIdentifiers].allSatisfy({ (0...Self.mostRows).contains($0) }) else { return nil }
        let plan = TrainingPlan(job, rows: rows)
        let courses = AssumedCourse.range(of: plan.response)
        let scheme: AlignmentScheme = job.alignment.method == .ecdhP256 ? .curve : .paillierOPRF
        guard rows > plan.parameters,
            let aligning = try? Workload(
                aligning: scheme, keyBits: job.keys.bits, sender: ownIdentifiers, receiver: ownIdentifiers,
                common: min(rows + heldOut, ownIdentifiers)),
            let quick = Self.work(plan, rows: rows, heldOut: heldOut, courses.quick),
            let slow = Self.work(plan, rows: rows, heldOut: heldOut, courses.slow)
        else { return nil }
        let prices = WorkPrices.typical(
            keyBits: job.keys.bits, nonces: job.keys.nonces.length, relativeCost: relativeCost)
        // The active party aligns its rows with each of the others.
        let alignment = aligning * Double(job.parties.count - 1)
        let (least, most) = (quick.total + alignment, slow.total + alignment)
        (leastBytes, mostBytes) = (least.bytes * 0.85, most.bytes * 1.15)
        // Two cores share the work of a party that works while the other waits; at worst one core has it all, and prices are as much
        // higher as they were measured to be in a job on a busy machine.
        leastSeconds = prices.seconds(least) * 0.5
        mostSeconds = prices.seconds(most) * 1.25
        memory = slow.memory.fixed + slow.memory.rows
    }

    /// Of such a course, with fewer passes where the job allows no more, and under the first period where twice that has no room for so
    /// many rows.
    private static func work(
        _ plan: TrainingPlan, rows: Int, heldOut: Int, _ course: AssumedCourse
    ) -> TrainingWork? {
        for isLong in course.isLong ? [true, false] : [false] {
            for passes in (1...course.passes).reversed() {
                var course = course
                course.isLong = isLong
                course.passes = passes
                course.refreshes = min(course.refreshes, passes - 1)
                do {
                    if let work = try TrainingWork(plan, rows: rows, heldOut: heldOut, course: course) { return work }
                } catch {
                    // Fewer passes need no less room.
                    break
                }
            }
        }
        return nil
    }

    /// What a check before a run says of it.
    ///
    /// - Parameter estimate: nil where there is none.
    static func check(_ estimate: JobEstimate?, rows: Int, of job: Job) -> StartCheck? {
        if let estimate { return StartCheck("time and traffic", .ok, "if all rows are common: \(estimate)") }
        guard rows > job.parameterCount else { return nil }
        guard rows <= mostRows, let most = TrainingPlan(job, rows: rows).mostRows(rows) else {
            return StartCheck("time and traffic", .warning, "no fit of this job over \(rows) rows is known to end")
        }
        return StartCheck(
            "time and traffic", .warning,
            "if as many as \(rows) rows are common, a sum over them has no room and the fit is refused (tooManyRows): with rows as they "
                + "are as a rule it takes \(most)")
    }
}

extension JobEstimate: CustomStringConvertible {
    package var description: String {
        "\(Self.bytes(leastBytes)) to \(Self.bytes(mostBytes)) in all, "
            + "\(Self.time(leastSeconds)) to \(Self.time(mostSeconds)), about \(Self.bytes(memory)) of memory; measured on other machines, so a guess for this one"
    }

    private static func bytes(_ value: Double) -> String {
        switch value {
        case ..<1e6: "1 MB"
        case ..<1e9: "\(rounded(value / 1e6)) MB"
        default: "\(rounded(value / 1e9)) GB"
        }
    }

    private static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "\(rounded(max(1, seconds))) s"
        case ..<5400: "\(rounded(seconds / 60)) min"
        default: "\(rounded(seconds / 3600)) h"
        }
    }

    /// Two digits that mean something.
    private static func rounded(_ value: Double) -> String {
        guard value >= 1 else { return "1" }
        let unit = pow(10, max(0, floor(log10(value)) - 1))
        return "\(Int((value / unit).rounded() * unit))"
    }
}
