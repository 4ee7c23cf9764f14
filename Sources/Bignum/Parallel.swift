internal import Dispatch

/// Splits `0..<count` into contiguous parts, one a processor of ``Processors/available``, and runs them at once; returns when all are done.
///
/// Parts begin at multiples of `multiple`, so that whole vectors stay together. `body` must touch only its own part.
func inParallel(count: Int, multiple: Int = 8, minimumPart: Int = 8, _ body: @Sendable (Range<Int>) -> Void) {
    if count == 0 { return }
    let parts = min(Processors.available, max(1, count / max(minimumPart, 1)))
    if parts <= 1 { return body(0..<count) }
    let units = (count + multiple - 1) / multiple
    DispatchQueue.concurrentPerform(iterations: parts) { part in
        let start = min(units * part / parts * multiple, count)
        let end = min(units * (part + 1) / parts * multiple, count)
        if start < end { body(start..<end) }
    }
}

/// Maps a few heavy items on all cores.
func inParallelMap<Item: Sendable, Result: Sendable>(
    _ items: [Item], _ transform: @Sendable (Item) -> Result
) -> [Result] {
    let slots = Slots<Result>(items.count)
    inParallel(count: items.count, multiple: 1, minimumPart: 1) { part in
        for index in part { slots.set(index, transform(items[index])) }
    }
    return slots.take()
}

/// Places for results, each written by one thread, read when all are done.
@safe private final class Slots<Result: Sendable>: @unchecked Sendable {
    private let pointer: UnsafeMutablePointer<Result?>
    private let count: Int

    init(_ count: Int) {
        self.count = count
        unsafe pointer = .allocate(capacity: max(count, 1))
        unsafe pointer.initialize(repeating: nil, count: max(count, 1))
    }

    deinit {
        unsafe pointer.deinitialize(count: max(count, 1))
        unsafe pointer.deallocate()
    }

    func set(_ index: Int, _ result: Result) { unsafe pointer[index] = result }
    func take() -> [Result] { (0..<count).compactMap { unsafe pointer[$0] } }
}
