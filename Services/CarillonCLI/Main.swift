import ArgumentParser

/// `carillon`: the operator's command line.
@main
struct Carillon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carillon",
        abstract: "Sets up Carillon and says how it is.",
        subcommands: [ProvisionCommand.self, Keys.self, Demo.self, Status.self, Drain.self, Contacts.self])
}
