package import Foundation
import Jobs
import Records
import Site
import SplitRegression
import Wire

/// The files of a finished job, in an output folder that is not yet there.
package struct ResultFiles {
    package let finished: FinishedJob

    /// All that stands beside the transcript.
    package func all() throws -> [ResultFile] {
        try results() + [
            ResultFile("metrics.json", try Self.json(JobReport(finished))),
            ResultFile("job.yaml", Array(finished.inputs.file.yaml.utf8)),
        ]
    }

    /// Those that follow from the result alone, so that a replay writes the same bytes.
    package func results() throws -> [ResultFile] {
        let tables = FitTables(
            job: finished.inputs.job, own: finished.inputs.own, rows: finished.rows, outcome: finished.outcome)
        return try tables.all() + [ResultFile("model.json", try Self.json(savedModel), mode: .ownerOnly)]
    }

    private var savedModel: SavedModel {
        SavedModel(
            job: finished.inputs.file.hash, party: finished.inputs.own.name, peer: finished.inputs.peer.name,
            jobYAML: finished.inputs.file.yaml, rows: finished.outcome.summary.n, model: finished.outcome.model,
            binding: finished.binding)
    }

    package static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        // What does not exist must not keep the rest from being written.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Inf", negativeInfinity: "-Inf", nan: "NA")
        return Array(try encoder.encode(value)) + [0x0A]
    }

    /// Reads what ``json(_:)`` writes, numbers that do not exist among it.
    package static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Inf", negativeInfinity: "-Inf", nan: "NA")
        return decoder
    }
}
