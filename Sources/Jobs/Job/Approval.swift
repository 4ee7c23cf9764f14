/// A person's word that a site may run a job: printed name, time and meaning, bound to the job's hash. The text form
/// is what the site signs as a signed note (`protocols/job.md`, section 6); signing is not done here.
public struct Approval: Sendable, Hashable, Codable {
    /// The job's hash: 64 lower-case hexadecimal digits.
    public let job: String
    /// Name of the party whose site approves.
    public let site: String
    /// Printed name of the person.
    public let person: String
    /// RFC 3339 in UTC with seconds: `2026-11-21T08:00:00Z`.
    public let time: String
    /// What the signature means.
    public let meaning: String

    public static let header = "moiety/approval/v1"
    public static let standardMeaning = "approved to run at this site"

    /// - Throws: `DocumentError.invalid` for a field that is not of its form.
    public init(job: String, site: String, person: String, time: String, meaning: String) throws(DocumentError) {
        self.job = job
        self.site = site
        self.person = person
        self.time = time
        self.meaning = meaning
        let problems = self.problems
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    /// The text that is signed, one field a line.
    public var text: String {
        "\(Self.header)\njob \(job)\nsite \(site)\nperson \(person)\ntime \(time)\nmeaning \(meaning)\n"
    }

    /// Reads the text form; accepts exactly what `text` writes.
    ///
    /// - Throws: `DocumentError.notCanonical`.
    public init(text: String) throws(DocumentError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let labels = ["job", "site", "person", "time", "meaning"]
        guard lines.count == labels.count + 2, lines[0] == Self.header, lines[labels.count + 1].isEmpty else {
            throw .notCanonical("not an approval")
        }
        var fields: [String] = []
        for (label, line) in zip(labels, lines.dropFirst()) {
            guard line.hasPrefix(label + " ") else { throw .notCanonical("\(label) is missing") }
            fields.append(String(line.dropFirst(label.count + 1)))
        }
        do {
            try self.init(job: fields[0], site: fields[1], person: fields[2], time: fields[3], meaning: fields[4])
        } catch {
            throw .notCanonical("\(error)")
        }
    }

    private var problems: [DocumentProblem] {
        var found: [DocumentProblem] = []
        if job.utf8.count != 64 || !job.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) {
            found.append(DocumentProblem(path: "job", message: "must be 64 lower-case hexadecimal digits"))
        }
        if !Names.isPartyName(site) { found.append(DocumentProblem(path: "site", message: "is no party's name")) }
        for (path, field) in [("person", person), ("meaning", meaning)] where Names.hasControlCharacter(field) {
            found.append(DocumentProblem(path: path, message: "holds a control character or a mark that nobody sees"))
        }
        // What a program puts where it could not read a byte.
        for (path, field) in [("person", person), ("meaning", meaning)] where field.unicodeScalars.contains("\u{FFFD}")
        {
            found.append(DocumentProblem(path: path, message: "is not UTF-8 text"))
        }
        for (path, field) in [("person", person), ("meaning", meaning)]
        where field.isEmpty || field.utf8.count > 200
            || FieldReader.clean(field).utf8.elementsEqual(field.utf8) == false
        {
            found.append(
                DocumentProblem(path: path, message: "must be one line of 1 to 200 bytes, without white space around"))
        }
        if !Self.isTime(time) {
            found.append(DocumentProblem(path: "time", message: "must be UTC like 2026-11-21T08:00:00Z"))
        }
        return found
    }

    private static func isTime(_ text: String) -> Bool {
        let shape = Array("0000-00-00T00:00:00Z".utf8)
        let bytes = Array(text.utf8)
        guard bytes.count == shape.count else { return false }
        for (byte, form) in zip(bytes, shape) {
            guard form == 0x30 ? (byte >= 0x30 && byte <= 0x39) : byte == form else { return false }
        }
        func number(_ start: Int) -> Int { Int(bytes[start] - 0x30) * 10 + Int(bytes[start + 1] - 0x30) }
        return (1...12).contains(number(5)) && (1...31).contains(number(8)) && number(11) < 24 && number(14) < 60
            && number(17) < 61
    }
}
