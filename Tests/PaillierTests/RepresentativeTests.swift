import Bignum
import Paillier
import Testing

@Suite struct RepresentativeTests {
    @Test func signedRepresentatives() throws {
        let key = try testKey().publicKey
        #expect(key.signed(key.n - 1) == -1)
        #expect(key.signed((key.n - 1) >> 1) == (key.n - 1) >> 1)
        #expect(key.signed((key.n + 1) >> 1) == -((key.n - 1) >> 1))
        #expect(key.plaintexts([-1, 0]).bigInts() == [key.n - 1, 0])
    }
}
