package import Records

/// A file that a session writes beside its transcript.
package struct ResultFile: Sendable {
    package let name: String
    package let bytes: [UInt8]
    package let mode: FileMode

    package init(_ name: String, _ bytes: [UInt8], mode: FileMode = .readable) {
        self.name = name
        self.bytes = bytes
        self.mode = mode
    }
}

/// What a session leaves when it ends well: its files, and what the ledger keeps of them: counts, no values.
package struct SessionOutput: Sendable {
    package let files: [ResultFile]
    package let details: [String: String]

    package init(_ files: [ResultFile], details: [String: String]) {
        self.files = files
        self.details = details
    }
}
