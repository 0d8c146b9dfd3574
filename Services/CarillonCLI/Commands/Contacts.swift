import ArgumentParser
import Contracts
import Foundation

/// Lists contact records, or follows them as they are written.
struct Contacts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists a tenant's last contacts, newest last.")

    @Option(help: "The front door.")
    var url = "http://127.0.0.1:8080"

    @Option(help: "Tenant, user and a file with the password, to sign in with.")
    var tenant: String

    @Option var user: String

    @Option var passwordFile: String

    @Option(help: "How many at most.")
    var limit = 20

    @Flag(help: "Instead of the last ones, each contact that ends from now on, until it is stopped.")
    var follow = false

    func run() async throws {
        let password = try Secret(file: passwordFile).kept()
        var door = try await Door(url).signedIn(tenant: tenant, user: user, password: password)
        var shown: Set<CallID> = []
        let begin = follow ? Timestamp.now() : Timestamp(microseconds: 0)
        while true {
            do {
                let page = try await door.get("/reporting/v1/contacts?limit=\(limit)", as: Page.self)
                for contact in page.items.reversed() where contact.isOver(since: begin) {
                    guard shown.insert(contact.callID).inserted else { continue }
                    FileHandle.standardOutput.write(Data("\(contact.line)\n".utf8))
                }
                shown.formIntersection(page.items.map(\.callID))
            } catch {
                guard follow else { throw error }
                door = (try? await Door(url).signedIn(tenant: tenant, user: user, password: password)) ?? door
            }
            guard follow else { return }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private struct Page: Decodable { let items: [ContactLine] }
}

/// A contact record as one line.
struct ContactLine: Decodable {
    struct Totals: Decodable {
        let call: Int64
        let ivr: Int64
        let queue: Int64
        let ring: Int64
        let talk: Int64
        let hold: Int64
    }

    let callID: CallID
    let direction: CallDirection
    let customerNumber: String
    let queueID: QueueID?
    let agentID: AgentID?
    let startedAt: Timestamp
    let endedAt: Timestamp?
    let reason: String?
    let totals: Totals
    let recordings: [JSONValue]

    func isOver(since begin: Timestamp) -> Bool { endedAt.map { $0 >= begin } ?? false }

    /// `05:31:07 ← +8613800000001 sales → li   customerHungUp   38 s: ivr 6, queue 2, ring 1, talk 29 · recorded`
    var line: String {
        let time = startedAt.date.formatted(.iso8601.time(includingFractionalSeconds: false))
        let parts = [
            ("ivr", totals.ivr), ("queue", totals.queue), ("ring", totals.ring), ("talk", totals.talk),
            ("hold", totals.hold),
        ].filter { $0.1 > 0 }.map { "\($0.0) \(Self.seconds($0.1))" }.joined(separator: ", ")
        let way = direction == .inbound ? "←" : "→"
        let people = [queueID?.rawValue, agentID?.rawValue].compactMap(\.self).joined(separator: " → ")
        return "\(time) \(way) \(customerNumber)  \(people)  \(reason ?? "")  \(Self.seconds(totals.call)) s"
            + (parts.isEmpty ? "" : ": \(parts)") + (recordings.isEmpty ? "" : " · recorded")
    }

    private static func seconds(_ microseconds: Int64) -> String {
        (Double(microseconds) / 1_000_000).formatted(
            .number.precision(.fractionLength(1)).locale(Locale(identifier: "en")))
    }
}
