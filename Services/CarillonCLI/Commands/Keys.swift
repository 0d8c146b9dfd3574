import ArgumentParser
import Bus
import Contracts

/// Makes the CURVE keys that the processes of the suite know each other by.
struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the keys of the bus that are not there yet.",
        discussion: """
            One pair for each service, and one for tools. Every process needs all .pub files and its own .key, which
            nobody else may read.
            """)

    @Option(help: "The directory of the keys, BUS_KEYS of the services.")
    var directory: String

    @Option(help: "More names to make keys for, such as cti-1 for one instance.")
    var also: [String] = []

    func run() throws {
        let names = ServiceName.allCases.map(\.rawValue) + ["operator"] + also
        if let wrong = also.first(where: { !Identifiers.isFileName($0) }) {
            throw ValidationError("\(wrong) cannot name a key: allowed are letters, digits and hyphens.")
        }
        try KeyDirectory(path: directory).create(names)
    }
}

private enum Identifiers {
    static func isFileName(_ text: String) -> Bool {
        (1...64).contains(text.count) && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
}
