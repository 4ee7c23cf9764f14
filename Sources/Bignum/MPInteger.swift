internal import CGMP
internal import CMontgomery

/// Owner of one GMP integer; its limbs are wiped when it goes, as is every block that GMP frees on the way.
///
/// Written only while it is being made, by the one function that makes it; shared and read-only from then on.
@safe final class MPInteger: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<__mpz_struct>

    /// Runs once, before GMP's first allocation through this module.
    private static let wipesMemory: Void = cm_wipe_gmp_memory()

    init() {
        _ = MPInteger.wipesMemory
        unsafe pointer = .allocate(capacity: 1)
        unsafe __gmpz_init(pointer)
    }

    deinit {
        unsafe __gmpz_clear(pointer)
        unsafe pointer.deallocate()
    }
}
