internal import CMontgomery
internal import Foundation

/// The processors that this process may run on.
package enum Processors {
    /// Those that it is bound to, or all of the machine, and no more than its container may use. Asked once: a launcher such as `mpirun`
    /// binds a process before it starts.
    package static let available: Int = {
        // Foundation counts those of the machine, whatever this process is bound to.
        let bound = Int(cm_bound_processors())
        let all = bound > 0 ? bound : ProcessInfo.processInfo.activeProcessorCount
        return max(1, min(all, quota ?? all))
    }()

    /// As a container sees its own control group, of version 2 or 1; nil without a limit.
    private static var quota: Int? {
        func text(_ file: String) -> String? { try? String(contentsOfFile: "/sys/fs/cgroup/\(file)", encoding: .utf8) }
        if let both = text("cpu.max") { return processors(quota: both) }
        guard let quota = text("cpu/cpu.cfs_quota_us"), let period = text("cpu/cpu.cfs_period_us") else { return nil }
        return processors(quota: "\(quota) \(period)")
    }

    /// - Parameter quota: microseconds of processor time in each period, and the period; `max` or -1 for no limit.
    /// - Returns: how many processors that is, rounded up.
    package static func processors(quota: String) -> Int? {
        let numbers = quota.split(whereSeparator: \.isWhitespace).map { Double($0) }
        guard numbers.count == 2, let most = numbers[0], let period = numbers[1], most > 0, period > 0,
            most / period < 1e6
        else { return nil }
        return max(1, Int((most / period).rounded(.up)))
    }
}
