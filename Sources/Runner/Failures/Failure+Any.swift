import Foundation
import GRPCTransport
import Jobs
import PooledRegression
import PrivateSetIntersection
import Records
import SecureSums
package import Site
import SplitRegression
import Transcript
import Wire

extension Failure {
    /// The one place where an error of any part becomes an exit code, a name, a sentence and a hint.
    package init(describing error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as TransportError: self.init(describing: error)
        case let error as RecordsError: self.init(describing: error)
        case let error as LedgerError: self.init(describing: error)
        case let error as PolicyRefusal: self.init(describing: error)
        case let error as GuardRefusal: self.init(describing: error)
        case let error as AlignmentError: self.init(describing: error)
        case let error as MultipartyError: self.init(describing: error)
        case let error as DescriptionError: self.init(describing: error)
        case let error as TrainingError: self.init(describing: error)
        case let error as SumError: self.init(describing: error)
        case let error as PooledError: self.init(describing: error)
        case let error as WithheldReason: self.init(describing: error.cause)
        case is SiteGone: self.init(.peerUnreachable, "siteLost", "the connection was lost")
        case let error as TranscriptError: self.init(describing: error)
        case let error as WireError: self.init(describing: error)
        case let error as DerivationError: self.init(describing: error)
        case let error as DocumentError: self.init(describing: error)
        case is CancellationError: self.init(.interrupted, "cancelled", "the command was cancelled")
        case let error as CocoaError: self.init(describing: error)
        default:
            // The type's name only: an error that nobody mapped might have data in its text.
            self.init(
                .internalError, "internal", "an error of type \(type(of: error)) was not expected here",
                hint: "please report it, with the command and what --verbose says")
        }
    }

    private init(describing error: CocoaError) {
        let path = error.filePath ?? "a file"
        switch error.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: self.init(.noInput, "fileNotFound", "\(path) does not exist")
        case .fileReadNoPermission: self.init(.permission, "cannotRead", "\(path) cannot be read")
        case .fileWriteNoPermission, .fileWriteOutOfSpace, .fileWriteVolumeReadOnly, .fileWriteUnknown,
            .fileWriteFileExists:
            self.init(.cannotCreate, "cannotWrite", "\(path) cannot be written")
        default: self.init(.internalError, "fileError", "\(path): file error \(error.code.rawValue)")
        }
    }
}
