/// Names of sites are the party names of jobs; they stand in file names, logs and signatures.
package enum SiteName {
    package static let rule = "has 1 to 32 lower-case letters, digits and dashes, and starts with a letter"

    package static func isValid(_ name: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = name.utf8.first, letters.contains(first), name.utf8.count <= 32 else { return false }
        return name.utf8.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "-") }
    }

    static func check(_ name: String) throws {
        guard isValid(name) else { throw Failure(.configuration, "invalidName", "a site's name \(rule)") }
    }
}
