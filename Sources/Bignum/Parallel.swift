internal import Dispatch
internal import Foundation

/// Splits `0..<count` into contiguous parts, one a core, and runs them at once; returns when all are done.
///
/// Parts begin at multiples of `multiple`, so that whole vectors stay together. `body` must touch only its own part.
func inParallel(count: Int, multiple: Int = 8, minimumPart: Int = 8, _ body: @Sendable (Range<Int>) -> Void) {
    if count == 0 { return }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let parts = min(cores, max(1, count / max(minimumPart, 1)))
    if parts <= 1 { return body(0..<count) }
    let units = (count + multiple - 1) / multiple
    DispatchQueue.concurrentPerform(iterations: parts) { part in
        let start = min(units * part / parts * multiple, count)
        let end = min(units * (part + 1) / parts * multiple, count)
        if start < end { body(start..<end) }
    }
}
