package import Foundation

/// Why the system refused a call, in words for people: Foundation's own name paths of temporary folders.
package enum SystemReason {
    /// The number that the system gave, if one is known.
    package static func code(of error: any Error) -> POSIXErrorCode? {
        if let error = error as? POSIXError { return error.code }
        let error = error as NSError
        if error.domain == NSPOSIXErrorDomain { return POSIXErrorCode(rawValue: Int32(clamping: error.code)) }
        return (error.userInfo[NSUnderlyingErrorKey] as? any Error).flatMap { code(of: $0) }
    }

    package static func words(_ error: any Error) -> String {
        if let code = (error as? CocoaError)?.code, let words = words(code) { return words }
        guard let code = code(of: error) else { return "the system refused it and did not say why" }
        return words(code) ?? "the system refused it (error \(code.rawValue))"
    }

    private static func words(_ code: CocoaError.Code) -> String? {
        switch code {
        case .fileWriteNoPermission, .fileReadNoPermission: "permission denied"
        case .fileWriteOutOfSpace: "the disk is full"
        case .fileNoSuchFile, .fileReadNoSuchFile: "its folder does not exist"
        case .fileWriteVolumeReadOnly: "the disk is read-only"
        case .fileWriteFileExists: "it exists already"
        default: nil
        }
    }

    private static func words(_ code: POSIXErrorCode) -> String? {
        switch code {
        case .EACCES, .EPERM: "permission denied"
        case .ENOSPC: "the disk is full"
        case .EDQUOT: "the quota of this user on the disk is used up"
        case .EROFS: "the disk is read-only"
        case .ENOENT: "its folder does not exist"
        case .EEXIST: "it exists already"
        case .ENOTDIR: "a part of its path is a file, not a folder"
        case .EISDIR: "it is a folder"
        case .ENAMETOOLONG: "its name is too long"
        case .ELOOP: "its path goes through links in a circle"
        case .EMFILE, .ENFILE: "too many files are open"
        case .EFBIG: "it would be larger than the system allows"
        case .EIO: "the disk failed (input/output error)"
        case .EBUSY: "it is in use"
        case .EXDEV: "it would have to move to another disk"
        case .EINVAL: "the disk does not take such a name or such a call"
        default: nil
        }
    }
}
