internal import Bignum
internal import Synchronization

/// Two moduli of one session that should have nothing in common.
public enum ModulusConflict: Sendable, Hashable {
    /// The same modulus for two purposes, or at two parties.
    case reused(first: String, second: String)
    /// Anyone can factor both by a gcd.
    case sharedFactor(first: String, second: String)
}

/// All moduli that a session shows, keys and proof parameters of every protocol, as they come (check T26). A class: the
/// inspectors of several protocols write to one register.
public final class ModulusRegister: Sendable {
    private let seen = Mutex<[(n: BigInt, purpose: String)]>([])

    public init() {}

    /// - Parameter purpose: whose it is and for what, for the conflict.
    /// - Returns: what it has in common with an earlier one.
    public func add(_ key: PublicKey, as purpose: String) -> ModulusConflict? { add(key.n, purpose) }

    public func add(_ parameters: RingPedersenParameters, as purpose: String) -> ModulusConflict? {
        add(parameters.n, purpose)
    }

    private func add(_ n: BigInt, _ purpose: String) -> ModulusConflict? {
        seen.withLock { seen in
            for earlier in seen {
                if earlier.n == n { return .reused(first: earlier.purpose, second: purpose) }
                if BigInt.gcd(earlier.n, n) != 1 { return .sharedFactor(first: earlier.purpose, second: purpose) }
            }
            seen.append((n, purpose))
            return nil
        }
    }
}
