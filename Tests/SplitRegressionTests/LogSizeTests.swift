import Testing
import Wire

@testable import SplitRegression

/// What a training leaves in a default transcript, computed from the shapes of its messages: at 20,000 rows and 20 columns
/// nobody runs one for a test.
@Suite("Size of a default transcript") struct LogSizeTests {
    /// Bytes of an entry beside its payload, at most: `u32`, record, leaf, whether the payload is kept, `u32`.
    private static let entry = 4 + Record.maximumLength + 32 + 1 + 4

    private struct Size {
        var messages = 0
        /// Of all payloads, and of those that are not bulk.
        var payloads = 0
        var kept = 0

        /// Both logs of one copy, by what a default transcript keeps.
        var bytes: Int { messages * entry + kept }

        mutating func add(_ type: MessageType, _ length: Int) {
            messages += 1
            payloads += length
            if !MessageType.ofCiphertexts.contains(type) { kept += length }
        }
    }

    /// All messages of a fit whose norms fall by the same factor from pass to pass, keys and setup left out.
    private static func size(_ facts: TrainingFacts, falling factor: Double) throws -> (size: Size, passes: Int) {
        let program = TrainingProgram(facts)
        var opened: [Double] = []
        var norm = 40.0
        var next = program.continuation(after: opened)
        while next.end == nil {
            guard case .norm? = next.steps.last else {
                // An inverse that is there, nobody out of range, a loss of half the rows.
                if case .sum? = next.steps.last { opened.append(Double(facts.rows) / 2) } else { opened.append(0) }
                next = program.continuation(after: opened)
                continue
            }
            norm *= factor
            opened.append(norm * norm / Double(1 << ceilLog2(facts.rows)))
            next = program.continuation(after: opened)
        }
        var size = Size()
        let width = 2 * facts.modulusBits / 8
        for step in next.steps {
            for exchange in try facts.exchanges(of: step) {
                switch exchange {
                case .shape(let shape, _, let request, let reply):
                    for (type, chunks) in [(request, shape.request(width: width)), (reply, shape.reply(width: width))] {
                        for chunk in 0..<chunks.count { size.add(type, 4 + chunks[chunk] * width) }
                    }
                case .results(let active, let passive):
                    for bits in [active, passive] { size.add(.resultShares, 4 + ResultShares.length(bits: bits)) }
                case .checkpoint:
                    // A note and a cosignature of each party.
                    for _ in 0..<4 { size.add(.checkpoint, 600) }
                }
            }
            // A number opens through a few windows, of each party.
            if step.isOpening { for _ in 0..<24 { size.add(.windowShare, 12) } }
        }
        return (size, next.passes)
    }

    private static func facts(_ bits: Int, penalty: Double = 0, passes: Int = 30) -> TrainingFacts {
        TrainingFacts(
            family: .logistic, rows: 20_000, activeColumns: 11, passiveColumns: 10, penalty: penalty, tolerance: 1e-3,
            maximumPasses: passes, modulusBits: bits, computesStandardErrors: penalty == 0, opensLoss: true,
            opensBrier: false, scaleBits: 0, weightBits: -2, rowBits: 1, decisionBits: .max)
    }

    /// What comes on top: an alignment's tags, sent and matching, scores if they are revealed, and everything whose size
    /// rows do not change (keys' proofs, parameters, the proof of range: 128 rounds of at most three numbers of two moduli
    /// each).
    private static func rest(_ bits: Int) -> Int {
        let rows = 20_000
        let proofs = 8 * 128 * 3 * (2 * bits / 8)
        return 2 * rows * 16 + rows * 8 + proofs + 200 * entry
    }

    @Test("20,000 rows and 20 columns stay below 100 MB, in 30 passes too", arguments: [2048, 3072])
    func belowAHundredMegabytes(bits: Int) throws {
        let (fit, passes) = try Self.size(Self.facts(bits), falling: 0.2)
        #expect(passes > 4)
        // All payloads would be hundreds of megabytes.
        #expect(fit.payloads > 500_000_000)
        #expect(fit.bytes + Self.rest(bits) < 10_000_000, "\(fit.bytes) + \(Self.rest(bits))")
        let (long, most) = try Self.size(Self.facts(bits, penalty: 0.1), falling: 0.9)
        #expect(most == 30)
        #expect(long.bytes + Self.rest(bits) < 100_000_000 && long.bytes < 20_000_000, "\(long.bytes)")
    }
}
