/// A negative binomial's theta in a line about the fit, with its standard error where there is one.
enum TextOfTheta {
    static func of(_ theta: Double, error: Double?) -> String {
        "theta \(Number.short(theta))" + (error.map { " (SE \(Number.short($0)))" } ?? "")
    }
}
