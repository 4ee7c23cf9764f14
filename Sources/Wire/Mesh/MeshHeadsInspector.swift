/// What a pair's session shows of the heads that its two sites say: that they name every other site once, in the job's order, and that
/// the one of this very log is its own (T16). What they say of other logs is compared where those are at hand.
public struct MeshHeadsInspector: PayloadInspector {
    public let checks = ["T10", "T16"]

    private let sites: [String]
    private var trees: [String: MerkleFrontier] = [:]
    private var mesh: Bytes32?

    /// - Parameter sites: the job's parties in their order.
    public init(sites: [String]) {
        self.sites = sites
    }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        if record.type == .meshHeads, let payload {
            let message: MeshHeads
            do { message = try MeshHeads(payload: payload) } catch {
                throw InspectionFailure(
                    check: "T10", name: "malformedMessage",
                    sentence: "A message of the mesh does not read as its kind.")
            }
            try check(message, record)
        }
        guard let encoded = try? record.encoded else { return }
        trees[record.from, default: MerkleFrontier()].append(leaf: MerkleHash.leaf(encoded))
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {}

    private mutating func check(_ message: MeshHeads, _ record: Record) throws(InspectionFailure) {
        guard message.items.map(\.site) == sites.filter({ $0 != record.from }) else {
            throw InspectionFailure(
                check: "T10", name: "wrongSites", sentence: "\(record.from) does not name the job's other sites.")
        }
        let tree = trees[record.from] ?? MerkleFrontier()
        guard let own = message.items.first(where: { $0.site == record.to })?.head, own.size == tree.size,
            own.root == tree.root
        else {
            throw InspectionFailure(
                check: "T16", name: "headsMismatch",
                sentence: "\(record.from) names another head of its log to \(record.to) than that log has.")
        }
        guard mesh == nil || mesh == message.mesh else {
            throw InspectionFailure(
                check: "T16", name: "otherMesh", sentence: "The two sites do not name the same mesh.")
        }
        mesh = message.mesh
    }
}
