import Foundation
import Jobs
import ProtocolKit
import Site
import TestSupport
import Testing
import Wire

@testable import Runner

@Suite struct VerificationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: folder.path(name)))
    }

    @Test func secretsAreReadByPurpose() throws {
        let secret = [UInt8](repeating: 9, count: 32)
        for name in ["seed", "salt-identifiers"] { try write(name, secret) }
        let opened = try OpenedSecrets(folder: folder.path, of: AlignmentProtocol())
        #expect(opened.salts == ["identifiers": secret] && opened.resultSalt == nil)
        #expect(failure { _ = try OpenedSecrets(folder: folder.path, of: FitProtocol()) }?.status == .noInput)
        try write("salt-rows", secret)
        try write("salt-result", secret)
        let all = try OpenedSecrets(folder: folder.path, of: FitProtocol())
        #expect(all.files.map(\.name) == ["seed", "salt-identifiers", "salt-rows", "salt-result"])
    }

    /// The message names the file and its length, never its bytes.
    @Test func secretsOfAnotherLengthAreRefused() throws {
        for name in ["seed", "salt-identifiers"] { try write(name, [UInt8](repeating: 9, count: 32)) }
        for name in ["seed", "salt-identifiers"] {
            try write(name, [UInt8](repeating: 9, count: 31))
            let failure = failure { _ = try OpenedSecrets(folder: folder.path, of: AlignmentProtocol()) }
            #expect(failure?.code == "invalidSecret" && failure?.message.hasSuffix("31 bytes instead of 32") == true)
            try write(name, [UInt8](repeating: 9, count: 32))
        }
    }

    @Test func whatComputesWithColumnsIsOpened() throws {
        try FitProtocol().demandOpenable()
        try PredictionProtocol().demandOpenable()
        for session in [AlignmentProtocol(), CountProtocol()] as [any SiteProtocol] {
            #expect(failure { try session.demandOpenable() }?.code == "notOpenable")
        }
    }

    @Test func messagesHaveNames() throws {
        let names = MessageNames((job: try SmallJob.file().job, protocol: FitProtocol()))
        #expect(names.name(of: MessageType.approval) == "approval")
        #expect(names.name(of: MessageType(rawValue: 0xFFFF)).hasPrefix("message "))
        #expect(MessageNames(nil).name(of: MessageType.binding.description) == "binding")
    }

    /// A stranger's text must not steer a terminal.
    @Test func headlinesHaveNoControlCharacters() throws {
        #expect(MessageNames.printable("a\u{1B}[2Jb\u{7}") == "a?[2Jb?")
        #expect(MessageNames.headline(.approval, [1]) == ["does not read as its kind"])
        let items = [InputCommitments.Item(label: "ro\u{1B}ws", count: 2, root: .zero)]
        let payload = try InputCommitments(items: items).encoded()
        #expect(MessageNames.headline(.commitments, payload).allSatisfy { !$0.contains("\u{1B}") })
    }

    /// The peer learns the kind and the name of a failure, never its sentence.
    @Test func failuresHaveAReasonForThePeer() {
        let own = Failure(.refusedByPolicy, "policy.peers", "hospital is not allowed", hint: "see policy.yaml")
        #expect(own.abortReason == AbortReason(.refusal, "policy.peers"))
        #expect(Failure(describing: own) == own)
        struct Strange: Error { let secret = "P1" }
        let unknown = Failure(describing: Strange())
        #expect(unknown.status == .internalError && !unknown.message.contains("P1"))
        #expect(Failure(describing: CancellationError()).status == .interrupted)
    }
}
