import Site

/// Runs `body`, and cancels it when it takes longer.
///
/// - Throws: what `body` throws; `Failure` 3, `sessionDeadline`, when the time was over first.
func within<R: Sendable>(_ limit: Duration, _ body: @escaping @Sendable () async throws -> R) async throws -> R {
    try await withThrowingTaskGroup(of: R.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw Failure(
                .timeout, "sessionDeadline", "the session took longer than \(limit.components.seconds) s",
                hint: "see timeouts.session in site.yaml")
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}
