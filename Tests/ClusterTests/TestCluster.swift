import Bignum
import Cluster
import Crypto
import Foundation
import Synchronization

/// Rank 0 with others that are threads of this process.
struct TestCluster: Sendable {
    let executor: ClusterExecutor
    private let failures: Failures

    final class Failures: Sendable {
        let list = Mutex<[ClusterFailure]>([])
    }

    static let key = ClusterKey(SymmetricKey(data: Data(repeating: 7, count: 32)))

    static let otherKey = ClusterKey(SymmetricKey(data: Data(repeating: 8, count: 32)))

    static func report(_ processors: Int = 1, version: String = "1") -> RankReport {
        RankReport(version: version, arithmetic: .current, processors: processors, host: "here")
    }

    /// - Parameters:
    ///   - processors: that each rank says it has: its share.
    ///   - workerKey: of ranks above 0.
    ///   - change: of what they send; see `LinkEnd`.
    init(
        processors: [Int], patience: Int = 60, workerKey: Result<ClusterKey, KeyProblem> = .success(key),
        version: String = "1", change: @escaping @Sendable (Data, Int) -> Data? = { message, _ in message }
    ) throws(ClusterFailure) {
        let pairs = processors.dropFirst().map { _ in LinkEnd.pair(change: change) }
        for (index, (pair, processors)) in zip(pairs, processors.dropFirst()).enumerated() {
            Thread.detachNewThread {
                guard
                    var worker = try? ClusterWorker(
                        pair.second, rank: index + 1, key: workerKey, report: Self.report(processors, version: version))
                else { return }
                try? worker.serve()
            }
        }
        let failures = Failures()
        executor = try ClusterExecutor(
            pairs.map(\.first), key: Self.key, own: Self.report(processors[0]), patience: patience
        ) { failure in failures.list.withLock { $0.append(failure) } }
        self.failures = failures
    }

    /// Whoever started the executor was told of these.
    var told: [ClusterFailure] { failures.list.withLock { $0 } }
}
