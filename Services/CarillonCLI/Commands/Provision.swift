import ArgumentParser
import Cluster
import Contracts
import Database
import Foundation
import Logging

/// Makes the database, and a role and a schema for each service.
struct ProvisionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provision",
        abstract: "Makes the database, and a role and a schema for each service. Doing it again mends what is missing.",
        discussion: """
            The passwords are in files, one a service, such as /etc/carillon/secret/cti; one is made where there is none.
            Each role reaches its own schema and the cluster's, nothing else.
            """)

    @Option(
        name: .customLong("database"),
        help: "URL of the server, as a superuser; without it, DATABASE_URL, which nobody sees in the list of processes."
    )
    var database: String?

    @Option(help: "Directory of the roles' passwords.")
    var secrets: String

    @Option(help: "Name of the database.")
    var name = "carillon"

    func run() async throws {
        guard let url = database ?? ProcessInfo.processInfo.environment["DATABASE_URL"], !url.isEmpty else {
            throw ValidationError("The database's URL is missing: set DATABASE_URL.")
        }
        if let problem = DatabaseConfiguration.problem(inURL: url) {
            throw ValidationError("The database's URL cannot be used: \(problem).")
        }
        guard name.wholeMatch(of: /[a-z][a-z0-9_]{0,40}/) != nil else {
            throw ValidationError("\(name) cannot name the database: allowed are lower-case letters, digits and _.")
        }
        var passwords: [ServiceName: String] = [:]
        for service in ServiceName.allCases {
            passwords[service] = try Secret(file: "\(secrets)/\(service)").kept()
        }
        let log = Logger(label: "carillon") { _ in SwiftLogNoOpLogHandler() }
        try await Provision.suite(passwords, database: name).run(superuserURL: url, log: log)
    }
}
