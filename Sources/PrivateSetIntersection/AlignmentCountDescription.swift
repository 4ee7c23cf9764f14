public import Wire

extension ProtocolDescription {
    /// The order of a count's messages; `protocols/alignment-count.md`. The sender of an alignment is its helper, the
    /// receiver its counter.
    public static let alignmentCount: ProtocolDescription = {
        let (helper, counter) = ("sender", "receiver")
        return ProtocolDescription(
            name: "alignment count", version: .alignment,
            flow: .sequence([
                .step(ProtocolStep("opening", sender: helper, type: .countOpening)),
                .step(ProtocolStep("opening", sender: counter, type: .countOpening)),
                .step(
                    ProtocolStep(
                        "masked by the counter", sender: counter, type: .maskedByCounter,
                        answers: .message(.countOpening), isChunked: true, isBulk: true)),
                .step(
                    ProtocolStep(
                        "masked by the helper", sender: helper, type: .maskedByHelper,
                        answers: .message(.countOpening), isChunked: true, isBulk: true)),
                .checkpoint,
                .step(
                    ProtocolStep(
                        "tags", sender: helper, type: .countTags, answers: .message(.maskedByCounter), isChunked: true)),
                .checkpoint,
                .step(
                    ProtocolStep("rounded count", sender: counter, type: .roundedCount, answers: .message(.countTags))),
            ]))
    }()
}
