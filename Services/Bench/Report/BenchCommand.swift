/// What repeats a measurement.
enum BenchCommand {
    /// Options whose values belong to one run only.
    private static let own: Set<String> = ["--place", "--postgres"]

    /// - Parameters:
    ///   - arguments: what `carillon-bench` was started with.
    ///   - name: the one benchmark that is repeated, of those named there.
    static func text(_ arguments: [String], repeating name: BenchmarkName) -> String {
        var kept: [String] = []
        var isValue = false
        for argument in arguments {
            let isOwn = isValue || own.contains(argument) || own.contains { argument.hasPrefix("\($0)=") }
            isValue = !isValue && own.contains(argument)
            if !isOwn, argument != "measure", BenchmarkName(rawValue: argument) == nil { kept.append(argument) }
        }
        return (["deploy/bench"] + kept + [name.rawValue]).joined(separator: " ")
    }
}
