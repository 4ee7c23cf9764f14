package import Jobs
import PrivateSetIntersection
package import ProtocolKit
import Records
import SplitRegression
import Transcript
package import Wire

/// What people call the messages of a job, and what those of the session itself say.
package struct MessageNames: Sendable {
    private let names: [MessageType: String]

    /// - Parameter agreed: nil when the job cannot be read: then only the session's own messages have names.
    package init(_ agreed: (job: Job, protocol: any SessionProtocol)?) {
        let session: [MessageType: String] = [
            .binding: "binding", .abort: "abort", .commitments: "commitments", .checkpoint: "checkpoint",
            .cosignature: "countersignature", .closing: "closing", .approval: "approval",
        ]
        // A job's plan is of two of its parties; other pairs may have other messages.
        let others = agreed.map { MessageNames(of: $0.protocol.descriptions).names } ?? [:]
        names = others.merging(agreed.map { $0.protocol.plan(for: $0.job).names } ?? [:]) { $1 }
            .merging(session) { $1 }
    }

    /// Names of all protocols, for one message alone: the job that it is of is not at hand. A number that two protocols use has
    /// both names.
    package static let everyProtocol = MessageNames(
        of: SessionRegistry.moiety.protocols.flatMap(\.descriptions))

    private init(of protocols: [ProtocolDescription]) {
        var found: [MessageType: [String]] = [:]
        for step in protocols.flatMap(\.steps) where found[step.type]?.contains(step.name) != true {
            found[step.type, default: []].append(step.name)
        }
        names = found.mapValues { $0.joined(separator: " or ") }.merging(MessageNames(nil).names) { $1 }
    }

    package func name(of type: MessageType) -> String { names[type] ?? "message \(type)" }

    /// By the number in a summary.
    package func name(of number: String) -> String {
        names.first { $0.key.description == number }?.value ?? "message \(number)"
    }

    /// One of the session's own messages in words; of those of protocols, which are ciphertexts and numbers, the
    /// input roots and the commitment to a model alone.
    package static func headline(_ type: MessageType, _ payload: [UInt8]) -> [String] {
        switch type {
        case .binding:
            guard let message = try? BindingMessage(payload: payload) else { break }
            let hello = message.hello
            return [
                "\(hello.name), \(hello.role), attempt \(hello.attempt)", "identity \(Hex.encode(hello.identity))",
                "job \(hello.jobHash.hex)", "certificate \(hello.certificateFingerprint.hex)",
                "seed commitment \(hello.seedCommitment.hex)",
            ]
        case .abort:
            guard let message = try? AbortMessage(payload: payload) else { break }
            return ["reason \(message.reason.name)"]
        case .approval:
            guard let message = try? ApprovalMessage(payload: payload) else { break }
            return lines(message.note)
        case .checkpoint:
            guard let message = try? CheckpointMessage(payload: payload) else { break }
            return lines(message.note)
        case .closing:
            guard let message = try? ClosingMessage(payload: payload) else { break }
            return lines(message.note)
        case .cosignature:
            guard let message = try? CosignatureMessage(payload: payload) else { break }
            return ["by \(printable(message.keyName))"]
        case .commitments:
            guard let message = try? InputCommitments(payload: payload) else { break }
            return message.items.map { "\(printable($0.label)): \($0.count) leaves, root \($0.root.hex)" }
        case .inputRoots:
            guard let message = try? InputRoots(payload: payload) else { break }
            return ["over \(message.rows) rows"]
                + message.items.map { "\(printable($0.column)): root \($0.root.hex)" }
        case .modelCommitment:
            guard let message = try? ModelCommitment(payload: payload) else { break }
            return ["root \(message.root.hex)"]
        default: return []
        }
        return ["does not read as its kind"]
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { printable(String($0)) }
    }

    /// A stranger's text on a terminal: no control characters.
    package static func printable(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : Character($0) })
    }
}
