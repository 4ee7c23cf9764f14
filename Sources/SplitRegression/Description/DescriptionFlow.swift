public import Wire

extension ProtocolDescription {
    /// The order of a description's messages, for the running session and for verifiers (describe.md 2).
    ///
    /// Its roles are named "active" and "passive".
    public static let describing = ProtocolDescription(
        name: "description", version: .description,
        flow: .sequence([
            both("setup", .descriptionSetup),
            both("verifier parameters", .descriptionParameters, answers: .message(.descriptionSetup)),
            both("description key", .descriptionKey, answers: .message(.descriptionParameters)),
            .checkpoint,
            step("groups", active, .groups),
            step("group vectors", active, .groupVectors, isChunked: true),
            step("group sums", passive, .groupSums, answers: .message(.groupVectors), isChunked: true),
            step("cell shares", active, .cellShares, isChunked: true),
            step("cell tests", passive, .cellTests, answers: .chunk(.cellShares), isChunked: true),
            .checkpoint,
            step("hidden columns", active, .hiddenColumns),
            .checkpoint,
            step("numbers", active, .describedNumbers),
            step("numbers", passive, .describedNumbers, answers: .message(.describedNumbers)),
            both("scales", .scales),
        ]))
}
