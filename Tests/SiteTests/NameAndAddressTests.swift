import Testing

@testable import Site

@Suite struct NameAndAddressTests {
    @Test(arguments: [
        ("127.0.0.1:7443", "127.0.0.1", 7443), ("lab.example:0", "lab.example", 0), ("[::1]:65535", "::1", 65_535),
    ])
    func addressIsReadAndWrittenAlike(_ text: String, _ host: String, _ port: Int) throws {
        let address = try NetworkAddress(text)
        #expect(address == NetworkAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", "lab", "lab:", ":7443", "lab:70000", "lab:-1", "lab:seven", "::1:7443", "[]:1", "la b:1", "läb:1",
    ])
    func otherAddressesAreRefused(_ text: String) {
        let failure = failure { _ = try NetworkAddress(text) }
        #expect(failure?.status == .configuration && failure?.code == "invalidAddress")
        #expect(failure?.message.contains("'\(text)'") == true)
    }

    @Test func names() {
        for name in ["a", "lab-2", String(repeating: "x", count: 32)] { #expect(SiteName.isValid(name), "\(name)") }
        for name in ["", "2lab", "-lab", "Lab", "lab_2", "../lab", "läb", String(repeating: "x", count: 33)] {
            #expect(!SiteName.isValid(name), "\(name)")
            #expect(failure { try SiteName.check(name) }?.code == "invalidName")
        }
    }
}
