internal import CMontgomery

/// Columns of scalars that are wiped when nobody has them any more.
///
/// Unchecked: nothing is written before the end, when no other thread has it.
@safe package final class SecretScalars: @unchecked Sendable {
    /// One array a column, as long as this lives: a copy that outlives it is not wiped.
    package private(set) var columns: [[Int64]]

    /// - Parameter columns: held by nobody else.
    package init(_ columns: consuming [[Int64]]) { self.columns = columns }

    deinit { for index in columns.indices { columns[index].wipe() } }
}

extension Array where Element: FixedWidthInteger {
    /// Overwrites all elements with zeros, which no compiler leaves out. Of a shared array it wipes a copy.
    package mutating func wipe() {
        unsafe withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe cm_wipe(start, bytes.count)
        }
    }
}
