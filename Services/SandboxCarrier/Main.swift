import ArgumentParser

/// A telephone network in a box: magic numbers to call, callers who press keys, telephones that answer.
@main
struct SandboxCarrier: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox-carrier",
        abstract: "A SIP carrier with magic numbers, scripted callers and simulated telephones.")

    @OptionGroup(title: "Network") var network: NetworkOptions
    @OptionGroup(title: "Callers") var callers: CallerOptions
    @OptionGroup(title: "Phones") var phones: PhoneOptions
    @OptionGroup(title: "Load") var load: LoadOptions

    func validate() throws {
        try callers.validate()
        try phones.validate()
        try load.validate(to: callers.to)
    }

    func run() async throws {
        let code = try await Sandbox.run(self)
        if code != 0 { throw ExitCode(code) }
    }
}
