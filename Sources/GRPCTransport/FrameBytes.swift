import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// The one place where bytes leave gRPC's own buffer type.
enum FrameBytes {
    /// Copies a message as it came.
    static func copy(_ message: GRPCNIOTransportBytes) -> [UInt8] {
        // gRPC gives its bytes only through a raw buffer. The pointer does not outlive the call, and `Array` copies
        // within the buffer's own bounds.
        unsafe message.withUnsafeBytes { unsafe Array($0) }
    }
}
