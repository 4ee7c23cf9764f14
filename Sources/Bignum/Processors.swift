internal import CMontgomery
internal import Foundation

/// The processors that this process may run on.
package enum Processors {
    /// Those that it is bound to, or all of the machine. Asked once: a launcher such as `mpirun` binds a process before it starts.
    package static let available: Int = {
        // Foundation counts those of the machine, whatever this process is bound to.
        let bound = Int(cm_bound_processors())
        return bound > 0 ? bound : ProcessInfo.processInfo.activeProcessorCount
    }()
}
