import ArgumentParser
import Runner
import Site

/// What a command has to say when it is done: as data for programs, as text for people, and the exit code.
struct Reply<Payload: Encodable & Sendable>: Sendable {
    let payload: Payload
    let text: String
    let status: ExitStatus

    init(_ payload: Payload, text: String, status: ExitStatus = .ok) {
        self.payload = payload
        self.text = text
        self.status = status
    }
}

/// A command that prints one reply. Every error ends in `Failure`, printed once, with its exit code.
protocol ReplyingCommand: AsyncParsableCommand, Sendable {
    associatedtype Payload: Encodable & Sendable
    var output: OutputOptions { get }
    func reply(_ console: Console) async throws -> Reply<Payload>
}

extension ReplyingCommand {
    func run() async throws {
        let console = Console(output)
        do {
            let reply = try await Interruption.watching { try await self.reply(console) }
            if let reason = Interruption.reason {
                guard reply.status == .ok else { throw reason }
                console.warning("\(reason.message); it ended all the same")
            }
            switch console.format {
            case .text: try console.data(reply.text)
            case .json: try console.data(try Envelope(data: reply.payload, status: reply.status).line())
            }
            if reply.status != .ok { throw ExitCode(reply.status.rawValue) }
        } catch let code as ExitCode {
            throw code
        } catch {
            let failure = Failure(describing: error)
            if failure.status != .readerGone { console.report(failure) }
            throw ExitCode(failure.status.rawValue)
        }
    }
}
