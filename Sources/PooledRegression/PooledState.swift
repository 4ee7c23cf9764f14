public import SecureSums

/// What a site keeps between rounds of a fit.
public typealias PooledState = SumState
