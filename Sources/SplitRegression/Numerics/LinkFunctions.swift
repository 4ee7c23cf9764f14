#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The Bernoulli log-likelihood with the logistic link, as functions of the linear predictor.
package enum Logistic {
    /// mu(z) = 1 / (1 + exp(-z)), without overflow.
    package static func mean(_ z: Double) -> Double {
        z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z))
    }

    /// mu'(z) = mu(z) (1 - mu(z)).
    package static func weight(_ z: Double) -> Double {
        let tail = exp(-abs(z))
        return tail / ((1 + tail) * (1 + tail))
    }

    /// log(1 + exp(z)) - y z, the negative log-likelihood of one row.
    package static func loss(_ z: Double, label y: Double) -> Double {
        max(z, 0) + log1p(exp(-abs(z))) - y * z
    }
}
