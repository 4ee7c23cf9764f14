internal import Bignum
internal import Paillier

/// This party's training key, the peer's, and the evaluator that works under the peer's.
struct TrainingKeys: Sendable {
    let own: PrivateKey
    let peer: PublicKey
    let evaluator: Evaluator
}
