import ArgumentParser
import Foundation

/// What can be measured.
enum BenchmarkName: String, CaseIterable, ExpressibleByArgument {
    case bus, sip, calls, media, answers, routing
}

/// Runs the benchmarks that are named, or all.
struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Runs benchmarks, all if none is named.")

    @Argument(help: "Which ones.") var names: [BenchmarkName] = []
    @Flag(help: "Short and rough: to see whether they run.") var quick = false
    @OptionGroup(title: "calls") var load: CallsOptions
    @Option(help: "URL of a superuser of a PostgreSQL that nobody else uses.")
    var postgres = ProcessInfo.processInfo.environment["CARILLON_BENCH_POSTGRES"] ?? ""
    @Option(parsing: .upToNextOption, help: "How many calls at once (media), or how many a second (answers).")
    var calls: [Int] = []
    @Option(help: "A directory for files.") var place = "/var/tmp"

    func run() async throws {
        var isGood = true
        var reports: [Report] = []
        for name in names.isEmpty ? BenchmarkName.allCases : names {
            var report = Report(
                benchmark: name.rawValue,
                command: BenchCommand.text(Array(CommandLine.arguments.dropFirst()), repeating: name),
                machine: .now())
            do {
                try await measure(name, &report)
            } catch {
                report.problems.append("\(error)")
            }
            // At once and whole, also into a pipe that others write to.
            reports.append(report)
            let isCompared = name == .media || name == .answers
            let comparison = (isCompared ? Comparison(reports) : nil).map { "\n\($0.text)\n" } ?? ""
            FileHandle.standardOutput.write(Data("\n\(report.text)\n\(comparison)\(report.json)\n".utf8))
            isGood = isGood && report.problems.isEmpty
        }
        if !isGood { throw ExitCode(1) }
    }

    private func measure(_ name: BenchmarkName, _ report: inout Report) async throws {
        switch name {
        case .sip: try SIPBenchmark(seconds: quick ? 0.5 : 3).run(&report)
        case .bus: try await BusBenchmark(workplace(), isQuick: quick).run(&report)
        case .media: try await MediaBenchmark(workplace(), isQuick: quick, calls: calls).run(&report)
        case .answers: try await AnswersBenchmark(workplace(), isQuick: quick, rates: calls).run(&report)
        case .calls:
            try await CallsBenchmark(workplace(needsPostgres: false), load.size(isQuick: quick)).run(&report)
        case .routing: try await RoutingBenchmark(workplace: workplace(needsPostgres: false)).run(&report)
        }
    }

    private func workplace(needsPostgres: Bool = true) throws -> Workplace {
        if needsPostgres, postgres.isEmpty {
            throw ValidationError("This needs --postgres or CARILLON_BENCH_POSTGRES; deploy/bench sets it.")
        }
        return Workplace(path: place, postgres: postgres)
    }
}

/// Where a benchmark works: its files, its PostgreSQL, the programs of the suite.
struct Workplace: Sendable {
    let path: String
    /// URL of a superuser.
    let postgres: String

    /// The programs lie beside this one.
    var binaries: String { URL(fileURLWithPath: Self.own).deletingLastPathComponent().path }

    /// This very program.
    static var own: String { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "" }

    /// A fresh directory in here.
    func directory(_ name: String) throws -> String {
        let directory = "\(path)/\(name)"
        try? FileManager.default.removeItem(atPath: directory)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return directory
    }
}
