internal import CMontgomery

/// Counts modular products (squarings included) of the whole process while it is on; off at start. For benchmarks.
public enum ModularProductCounter {
    /// Products counted so far, for differences while a count is on.
    public static var soFar: Int { Int(cm_counter_read()) }

    /// The products of `body`, and of whatever else runs meanwhile.
    public static func count<R>(_ body: () throws -> R) rethrows -> (result: R, products: Int) {
        cm_counter_enable(1)
        defer { cm_counter_enable(0) }
        let before = cm_counter_read()
        let result = try body()
        return (result, Int(cm_counter_read() - before))
    }
}
