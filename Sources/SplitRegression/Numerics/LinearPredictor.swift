/// Below `ln 2` every row is on its right side: complete separation (training.md 6).
package let separationLoss = 0.693147180559945

/// `sum_j beta_j x_j`, summed in column order.
package func linearPredictor(columns: [[Double]], coefficients: [Double]) -> [Double] {
    guard let first = columns.first else { return [] }
    var result = Array(repeating: 0.0, count: first.count)
    for (column, weight) in zip(columns, coefficients) where weight != 0 {
        for i in result.indices { result[i] += weight * column[i] }
    }
    return result
}
