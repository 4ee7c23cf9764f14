/// A line of a terminal that is drawn over, again and again (ECMA-48).
package enum StatusLine {
    /// To the start of the line, and what is there goes (CR; EL).
    package static let cleared = "\r\u{1B}[K"

    /// A line longer than the terminal is cut off at its edge (DECAWM reset and set): wrapped, it could not be drawn over.
    ///
    /// - Parameter text: one line, without control characters.
    package static func drawn(_ text: String) -> String { cleared + "\u{1B}[?7l\(text)\u{1B}[?7h" }
}
