import Foundation

/// The first message of each rank, the only one that is not sealed: what the keys of the run are derived from.
struct Greeting: Sendable, Equatable {
    /// 32 fresh bytes, or why there is no key.
    let content: Result<Data, KeyProblem>

    /// magic || 0 || nonce, or magic || problem || 32 zero bytes
    private static let magic = Data("moiety/cluster/v1".utf8)

    static func fresh() -> Greeting {
        Greeting(content: .success(Data((0..<32).map { _ in UInt8.random(in: 0...255) })))
    }

    init(content: Result<Data, KeyProblem>) { self.content = content }

    var encoded: Data {
        switch content {
        case .success(let nonce): Self.magic + [0] + nonce
        case .failure(let problem): Self.magic + [problem.rawValue] + Data(count: 32)
        }
    }

    /// - Throws: ``LinkError/malformed(_:)``, which is also what a rank of another version deserves.
    init(_ message: Data) throws(LinkError) {
        let bytes = Data(message)
        guard bytes.count == Self.magic.count + 33, bytes.prefix(Self.magic.count) == Self.magic else {
            throw .malformed("no greeting")
        }
        let word = bytes[bytes.startIndex + Self.magic.count]
        if word == 0 {
            content = .success(Data(bytes.suffix(32)))
        } else if let problem = KeyProblem(rawValue: word) {
            content = .failure(problem)
        } else {
            throw .malformed("an unknown greeting")
        }
    }
}
