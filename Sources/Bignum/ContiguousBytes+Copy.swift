package import Foundation

extension ContiguousBytes {
    /// The bytes of a value that shows them through a pointer alone.
    package func copiedBytes() -> [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }
}
