package import PrivateSetIntersection
package import Records
package import SplitRegression
package import Wire

/// What a finished job is to this site.
package struct FinishedJob: Sendable {
    package let inputs: JobInputs
    package let session: Bytes32
    package let intersection: Intersection
    /// In common order, held-out rows among them.
    package let rows: AlignedRows
    package let outcome: TrainingOutcome
    package let binding: ModelBinding
    let bytesSent: Int
    let bytesReceived: Int
    package let seconds: Double

    package init(_ finished: FinishedSession<JobWork.Result>) {
        inputs = finished.inputs
        session = finished.session
        intersection = finished.result.intersection
        rows = finished.result.rows
        outcome = finished.result.outcome
        binding = finished.result.binding
        bytesSent = finished.bytesSent
        bytesReceived = finished.bytesReceived
        seconds = finished.seconds
    }
}
