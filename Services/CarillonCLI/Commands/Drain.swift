import ArgumentParser
import Contracts
import Foundation

/// Lets an instance of cti, acd or dialer give its shards away, so that it can be stopped without anybody noticing.
struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lets an instance of cti, acd or dialer give its tenants to the others, and waits until it has.")

    @Argument(help: "The instance, as cti/1.")
    var instance: String

    @Option(help: "Its own HTTP address, as 127.0.0.1:8111; else where it listens by default.")
    var address: String?

    @Option(help: "What is added to the default ports.")
    var portBase = 0

    @Option(help: "The front door, to sign in at; else where it is by default.")
    var url: String?

    @Option(help: "An operator.")
    var user = "operator"

    @Option(help: "A file with the operator's password.")
    var passwordFile: String

    @Flag(help: "Lets it take its share of the tenants again.")
    var undo = false

    @Option(help: "How many seconds to wait at most.")
    var timeout = 30

    var frontDoor: String { url ?? "http://127.0.0.1:\(8080 + portBase)" }

    /// What `/v1/drain` answers.
    struct State: Decodable, Sendable {
        let isDraining: Bool
        let shards: Int
        /// Nil from a version that does not say.
        let takers: Int?
        let isDrained: Bool

        /// Why waiting is of no use; nil if it is.
        func problem(of instance: String) -> String? {
            guard takers == 0, !isDrained else { return nil }
            return
                "No other instance of its service takes tenants, so \(instance) keeps its \(shards) shards until one does. --undo takes the wish back."
        }
    }

    func validate() throws { _ = try place() }

    /// Where the instance itself answers.
    func place() throws -> String {
        guard let id = InstanceID(instance), ServiceName.sharded.contains(id.service) else {
            throw ValidationError("\(instance) is no instance of cti, acd or dialer, such as cti/1.")
        }
        if let address { return address }
        guard let known = Status.defaults.first(where: { $0.0 == instance }) else {
            throw ValidationError("Where \(instance) listens is not known: give its --address.")
        }
        return "127.0.0.1:\(known.1 + portBase)"
    }

    func run() async throws {
        let password = try Secret(file: passwordFile).kept()
        let token = try await Door(frontDoor).token(tenant: "*", user: user, password: password)
        let client = try APIClient("http://\(try place())", token: token)
        var state = try await client.put("/v1/drain", JSONValue.object(["isDraining": .bool(!undo)]), as: State.self)
        let end = ContinuousClock.now + .seconds(timeout)
        while !undo, !state.isDrained {
            if let problem = state.problem(of: instance) { throw CommandFailure(problem) }
            guard ContinuousClock.now < end else {
                throw CommandFailure("\(instance) still has \(state.shards) shards after \(timeout) s.")
            }
            try await Task.sleep(for: .milliseconds(200))
            state = try await client.get("/v1/drain", as: State.self)
        }
        print(undo ? "\(instance) takes its share again" : "\(instance) is drained and may be stopped")
    }
}
