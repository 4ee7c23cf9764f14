package import Records

extension Failure {
    package init(describing error: RecordsError) {
        let status: ExitStatus =
            switch error.category {
            case .noInput: .noInput
            case .permission: .permission
            case .badData: .badData
            case .badRequest: .configuration
            case .cannotCreate: .cannotCreate
            }
        self.init(status, Self.code(of: error), "\(error)", hint: error.hint)
    }

    /// The case's name: stable, and what a script matches.
    private static func code(of error: RecordsError) -> String {
        switch error {
        case .fileNotFound: "fileNotFound"
        case .unreadable: "unreadable"
        // As for any other file.
        case .permissionDenied: "cannotRead"
        case .emptyFile: "emptyFile"
        case .tooLarge: "tooLarge"
        case .notUTF8: "notUTF8"
        case .utf16: "utf16"
        case .nulByte: "nulByte"
        case .unterminatedQuote: "unterminatedQuote"
        case .strayQuote: "strayQuote"
        case .bareCarriageReturn: "bareCarriageReturn"
        case .blankLine: "blankLine"
        case .raggedRow: "raggedRow"
        case .badHeader: "badHeader"
        case .missingColumn: "missingColumn"
        case .notNumeric: "notNumeric"
        case .notBinary: "notBinary"
        case .unknownLevel: "unknownLevel"
        case .missingValue: "missingValue"
        case .outOfScale: "outOfScale"
        case .outOfDomain: "outOfDomain"
        case .notBelow: "notBelow"
        case .duplicateIdentifiers: "duplicateIdentifiers"
        case .badColumn: "badColumn"
        case .badIdentifierRule: "badIdentifierRule"
        case .unfitDesign: "unfitDesign"
        case .rowOutOfRange: "rowOutOfRange"
        case .outputExists: "outputExists"
        case .cannotWrite: "cannotWrite"
        case .unsafeText: "unsafeText"
        }
    }
}
