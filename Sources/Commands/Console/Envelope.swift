import Foundation
import Site

/// The one JSON form of everything that a command prints:
/// `{schemaVersion, status, exitCode, data | error{code, message, hint}}`.
struct Envelope<Payload: Encodable>: Encodable {
    /// Grows when a field changes meaning or goes away; new fields alone do not change it.
    static var currentVersion: Int { 1 }

    struct Fault: Encodable {
        let code: String
        let message: String
        let hint: String?
    }

    let schemaVersion = Self.currentVersion
    let status: String
    let exitCode: Int32
    let data: Payload?
    let error: Fault?

    private enum CodingKeys: String, CodingKey {
        case schemaVersion, status, exitCode, data, error
    }

    init(data: Payload, status: ExitStatus) {
        self.status = status == .ok ? "ok" : "failed"
        exitCode = status.rawValue
        self.data = data
        error = nil
    }

    init(failure: Failure) {
        status = "error"
        exitCode = failure.status.rawValue
        data = nil
        error = Fault(code: failure.code, message: failure.message, hint: failure.hint)
    }

    /// One line of UTF-8 JSON with sorted keys.
    func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // What does not exist must not keep the rest from being written.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Inf", negativeInfinity: "-Inf", nan: "NA")
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// The payload of an envelope that carries an error.
struct NoPayload: Encodable {}
