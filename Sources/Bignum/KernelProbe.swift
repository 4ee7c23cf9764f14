internal import CMontgomery

/// The kernel's inner loops with nothing around them: the unit that benchmarks measure everything else against.
public enum KernelProbe {
    /// `count` modular products, or a few more, on one core.
    public static func products(_ modulus: Modulus, count: Int) { unsafe cm_probe(modulus.context, count, 0) }
    /// `count` modular squarings, or a few more, on one core.
    public static func squares(_ modulus: Modulus, count: Int) { unsafe cm_probe(modulus.context, count, 1) }
}
