import Bignum
import Foundation

/// One subject: a name for the command line and what to run. One file a topic; add it to `topics`.
struct Topic: Sendable {
    let name: String
    let run: @Sendable (_ modulusBits: Int) throws -> Void
}

let topics = [primitives, paillier, alignment, training, transcripts]

/// `benchmark [TOPIC...] [--bits N] [--path ifma|portable]`: all topics, 2048 and 3072 bits, both paths by default.
@main
struct Main {
    static func main() throws {
        var names: [String] = []
        var sizes = [2048, 3072]
        var path: String?
        var arguments = CommandLine.arguments.dropFirst().makeIterator()
        while let argument = arguments.next() {
            switch argument {
            case "--bits": sizes = arguments.next().flatMap { Int($0) }.map { [$0] } ?? sizes
            case "--path": path = arguments.next()
            default: names.append(argument)
            }
        }
        let both = ArithmeticPath.fastestAvailable == .ifma ? ["ifma", "portable"] : ["portable"]
        guard let path, path == ArithmeticPath.current.rawValue else {
            // The path is settled once a process: one process each.
            for path in path.map({ [$0] }) ?? both where both.contains(path) {
                let child = Process()
                child.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
                child.arguments = names + (sizes.count == 1 ? ["--bits", "\(sizes[0])"] : []) + ["--path", path]
                var environment = ProcessInfo.processInfo.environment
                environment["MOIETY_ARITHMETIC"] = path == "portable" ? "portable" : nil
                child.environment = environment
                try child.run()
                child.waitUntilExit()
            }
            return
        }
        for bits in sizes {
            for topic in topics where names.isEmpty || names.contains(topic.name) {
                print("\n## \(topic.name), n of \(bits) bits, \(path)\n")
                try topic.run(bits)
            }
        }
    }
}
