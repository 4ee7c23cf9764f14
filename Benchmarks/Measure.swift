import Bignum
import Foundation

/// CPU seconds of the whole process, all threads.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// Highest resident memory so far, MiB.
func peakMemory() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
}

/// The least CPU time of a few runs: machines are noisy, and noise only adds.
func leastTime(runs: Int = 3, _ body: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<runs {
        let start = processorSeconds()
        try body()
        best = min(best, processorSeconds() - start)
    }
    return best
}

/// Unit cost of a modular product: microseconds in the kernel's inner loop, nothing around it.
struct UnitCost {
    let product: Double
    let square: Double

    init(_ modulus: Modulus) {
        let count = modulus.path == .ifma ? 40_000 : 4_000
        product = leastTime(runs: 5) { KernelProbe.products(modulus, count: count) } / Double(count) * 1e6
        square = leastTime(runs: 5) { KernelProbe.squares(modulus, count: count) } / Double(count) * 1e6
    }
}

func pad(_ text: String, _ width: Int) -> String {
    text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
}

func format(_ value: Double) -> String {
    String(format: value >= 100 ? "%.0f" : value >= 1 ? "%.2f" : "%.4f", value)
}

func printHeader() {
    print(
        pad("operation", 52) + pad("us each", 11) + pad("products", 11) + pad("unit us", 10)
            + "time / (products x unit)")
}

/// Runs `body`, which does `operations` of one kind, and prints a line: CPU time an operation, modular products an
/// operation, the unit cost, and the ratio of the time to products times unit.
func report(_ name: String, operations: Int, unit: Double, runs: Int = 3, _ body: () throws -> Void) rethrows {
    let products = try ModularProductCounter.count(body).products
    let seconds = try leastTime(runs: runs, body)
    let each = seconds / Double(operations) * 1e6
    let perOperation = Double(products) / Double(operations)
    let ratio = perOperation > 0 ? each / (perOperation * unit) : .nan
    print(
        pad(name, 52) + pad(format(each), 11) + pad(format(perOperation), 11) + pad(format(unit), 10)
            + String(format: "%.2f", ratio))
}
