import Wire

extension ProtocolVersion {
    static let training = ProtocolVersion(id: 0x02, version: 1)
}
