import Testing

@testable import Wire

@Suite struct DuplicateFilterTests {
    @Test func aCiphertextIsRememberedOnce() {
        let filter = DuplicateFilter()
        for value in 0..<1000 { #expect(filter.insert([UInt8(value & 255), UInt8(value >> 8)])) }
        for value in 0..<1000 { #expect(!filter.insert([UInt8(value & 255), UInt8(value >> 8)])) }
        #expect(!filter.isFull && filter.unfinished.isEmpty)
    }

    /// What is remembered stays so; what is not is said, once for all inspectors that share the filter.
    @Test func fullFiltersSaySo() {
        let filter = DuplicateFilter(capacity: 3)
        for value in 0..<3 { #expect(filter.insert([UInt8(value)])) }
        #expect(!filter.insert([1]) && !filter.isFull)
        #expect(filter.insert([7]) && filter.isFull)
        // Nobody can say.
        #expect(filter.insert([7]))
        #expect(!filter.insert([2]))
        #expect(filter.unfinished.keys.sorted() == ["T20"])
    }
}
