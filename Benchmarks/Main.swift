import Bignum
import Foundation
import SplitRegression

/// One subject: a name for the command line and what to run. One file a topic; add it to `topics`.
struct Topic: Sendable {
    let name: String
    let run: @Sendable (_ modulusBits: Int) throws -> Void
}

let topics = [primitives, paillier, alignment, curveAlignment, multipartyAlignment, training, transcripts]

/// `benchmark [TOPIC...] [--bits N] [--path ifma|avx512|avx2|adx|portable]`: by default all topics, 2048 and 3072 bits, and all
/// paths that this processor has. `benchmark ratios [--bits N] [--turns N]` compares the paths. `benchmark cost` counts what a job takes
/// (``Cost``).
@main
struct Main {
    static func main() throws {
        let given = Array(CommandLine.arguments.dropFirst())
        if given.first == "cost" { return try runCost(Array(given.dropFirst())) }
        var names: [String] = []
        var sizes = [2048, 3072]
        var path: String?
        var turns = 5
        var arguments = CommandLine.arguments.dropFirst().makeIterator()
        while let argument = arguments.next() {
            switch argument {
            case "--bits": sizes = arguments.next().flatMap { Int($0) }.map { [$0] } ?? sizes
            case "--path": path = arguments.next()
            case "--turns": turns = arguments.next().flatMap { Int($0) } ?? turns
            default: names.append(argument)
            }
        }
        if names == ["ratios"] {
            for bits in sizes { try Ratios(bits: bits, turns: max(turns, 1)).run() }
            return
        }
        guard let path, path == ArithmeticPath.current.rawValue else {
            // The path is settled once a process: one process each.
            let available = ArithmeticPath.available.map(\.rawValue)
            if let path, !available.contains(path) {
                FileHandle.standardError.write(
                    Data("no path \(path): this processor has \(available.joined(separator: ", "))\n".utf8))
                exit(EXIT_FAILURE)
            }
            for path in path.map({ [$0] }) ?? available {
                let child = Process()
                child.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
                child.arguments = names + (sizes.count == 1 ? ["--bits", "\(sizes[0])"] : []) + ["--path", path]
                var environment = ProcessInfo.processInfo.environment
                environment["MOIETY_ARITHMETIC"] = path
                child.environment = environment
                try child.run()
                child.waitUntilExit()
            }
            return
        }
        for bits in sizes {
            for topic in names.isEmpty ? topics : topics + [operations]
            where names.isEmpty || names.contains(topic.name) {
                print("\n## \(topic.name), n of \(bits) bits, \(path)\n")
                try topic.run(bits)
            }
        }
    }

    /// On the path of this processor, or the one that the environment names.
    private static func runCost(_ options: [String]) throws {
        do {
            try Cost(options).run()
        } catch let error as CostOptionError {
            FileHandle.standardError.write(Data("no such value: \(error.option)\n".utf8))
            exit(EXIT_FAILURE)
        } catch let error as TrainingError {
            FileHandle.standardError.write(Data("no such job: \(error)\n".utf8))
            exit(EXIT_FAILURE)
        }
    }
}
