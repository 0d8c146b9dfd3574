import ArgumentParser

/// Measures Carillon: each benchmark prints a table, and the same as one line of JSON. Run by `deploy/bench`.
@main
struct CarillonBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carillon-bench", abstract: "Measures Carillon.",
        subcommands: [Measure.self, Hear.self], defaultSubcommand: Measure.self)
}
