import ArgumentParser
import Contracts

/// The demo tenant.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the demo tenant through the HTTP APIs, and keeps its agents at work.",
        subcommands: [Make.self, Work.self, Dial.self], defaultSubcommand: Make.self)

    /// What all need to know.
    struct Common: ParsableArguments {
        @Option(help: "The front door.")
        var url = "http://127.0.0.1:8080"

        @Option(help: "A file with the password of everyone in the demo; made if it is not there.")
        var passwordFile: String
    }

    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes what is not there yet.")

        @OptionGroup var common: Common

        @Option(help: "A file with the operator's password.")
        var operatorPasswordFile: String

        @Option(help: "Where the sandbox carrier speaks SIP.")
        var carrier = "127.0.0.1:5070"

        func run() async throws {
            let parts = carrier.split(separator: ":")
            guard parts.count == 2, let port = Int(parts[1]), (1...65535).contains(port) else {
                throw ValidationError("\(carrier) does not read like 127.0.0.1:5070.")
            }
            try await DemoSetUp(
                door: try Door(common.url), operatorPassword: try Secret(file: operatorPasswordFile).kept(),
                password: try Secret(file: common.passwordFile).kept(), carrierHost: String(parts[0]), carrierPort: port
            ).run()
        }
    }

    struct Dial: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Starts today's campaign, with a few of the sandbox carrier's numbers; made if it is not there.")

        @OptionGroup var common: Common

        func run() async throws {
            try await DemoCampaign(
                door: try Door(common.url), password: try Secret(file: common.passwordFile).kept(), now: .now()
            ).run()
        }
    }

    struct Work: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Signs the demo's agents in and makes them ready, again and again, until it is ended.")

        @OptionGroup var common: Common

        @Option(help: "Whom to leave alone, because somebody works as him.")
        var except: [String] = []

        func run() async throws {
            try await DemoWork(
                door: try Door(common.url), password: try Secret(file: common.passwordFile).kept(),
                people: DemoTenant.people.filter { !except.contains($0.id) }
            ).run()
        }
    }
}
