/// A running sum with what rounding lost of it (Neumaier 1974), so that what is taken away again leaves the rest as it was.
struct CompensatedSum {
    private var sum = 0.0
    private var rest = 0.0

    mutating func add(_ number: Double) {
        let total = sum + number
        let part = total - sum
        rest += (sum - (total - part)) + (number - part)
        sum = total
    }

    var value: Double { sum + rest }
}
