internal import KeyAgreement
internal import Paillier
internal import Wire

/// What can be seen of a payload of ciphertexts without a key's secret: their number, range and nonces, and that none comes twice (T10,
/// T11, T20, T21).
enum CiphertextInspection {
    /// Gives how many there are.
    static func count(
        _ payload: [UInt8], under key: PublicKey?, _ duplicates: DuplicateFilter
    ) throws -> Int {
        let bytes = try Payload<RowSharesKind>(payload: payload).bytes
        let key = try demand(key)
        let width = CiphertextVector.serializedWidth(of: key)
        let count = bytes.count / width
        do { _ = try CiphertextVector(serialized: bytes, count: count, key: key) } catch .ciphertextUnencrypted {
            throw failure("T21", "ciphertextUnencrypted", "A ciphertext can be read by anyone.")
        } catch .ciphertextOutOfRange {
            throw failure("T11", "ciphertextOutOfRange", "A ciphertext is not below the square of its modulus.")
        } catch .ciphertextNotUnit {
            throw failure("T11", "ciphertextNotUnit", "A ciphertext shares a factor with its modulus.")
        } catch {
            throw wrongLength
        }
        for index in 0..<count where !duplicates.insert(bytes[index * width..<(index + 1) * width]) {
            throw failure("T20", "ciphertextRepeated", "A ciphertext was sent twice.")
        }
        return count
    }

    /// Gives how many there are in a payload of that length, which was kept by hash.
    static func count(
        inBytes length: Int, of record: Record, under key: PublicKey?, _ duplicates: DuplicateFilter
    ) throws -> Int {
        let (bytes, width) = (
            length - Payload<RowSharesKind>.prefix, CiphertextVector.serializedWidth(of: try demand(key))
        )
        guard (0...Payload<RowSharesKind>.largest).contains(bytes) else {
            throw failure("T10", "malformedMessage", "A message of ciphertexts has a length that its kind cannot have.")
        }
        guard bytes.isMultiple(of: width) else { throw wrongLength }
        guard bytes == 0 || duplicates.insert(record.payloadHash.bytes) else {
            throw failure("T20", "ciphertextRepeated", "Ciphertexts were sent twice.")
        }
        return bytes / width
    }

    private static func demand(_ key: PublicKey?) throws -> PublicKey {
        guard let key else { throw failure("T10", "keyMissing", "There are ciphertexts before a key.") }
        return key
    }

    private static let wrongLength = failure("T10", "wrongLength", "Ciphertexts have not the width of their key.")

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
