import Foundation
import TestSupport

/// The specifications beside the code.
enum Protocols {
    static let folder = Repository.root.appending(path: "protocols")

    /// Pages and vectors that come from the program are written anew instead of compared.
    static let isWritten = ProcessInfo.processInfo.environment["MOIETY_WRITE_PROTOCOLS"] != nil
}
