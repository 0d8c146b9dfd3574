import ArgumentParser
import Contracts
import Foundation
import ServiceKit
import Synchronization
import TestSupport
import Testing

@testable import CarillonCLI

@Suite(.timeLimit(.minutes(1))) struct CommandTests {
    @Test func `a secret is made once, and nobody else may read it`() async throws {
        try await withScratch { place in
            let file = place.appendingPathComponent("secret/word").path
            let word = try Secret(file: file).kept()
            #expect(word.count >= 18)
            #expect(try Secret(file: file).kept() == word)
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test(arguments: ["", "short", "with a blank in it", "quote'\"quote"])
    func `a file that holds no secret is refused`(text: String) async throws {
        try await withScratch { place in
            let file = place.appendingPathComponent("word")
            try text.write(to: file, atomically: true, encoding: .utf8)
            #expect(throws: CommandFailure.self) { try Secret(file: file.path).kept() }
        }
    }

    @Test func `a contact is one line`() throws {
        let record = """
            {"callID": "c1", "direction": "inbound", "customerNumber": "+8613800000001", "queueID": "sales", "agentID": "li",
             "startedAt": 1700000000000000, "endedAt": 1700000038000000, "reason": "customerHungUp",
             "totals": {"call": 38000000, "ivr": 6000000, "queue": 0, "ring": 1000000, "talk": 31000000, "hold": 0},
             "recordings": [{"recordingID": "r1"}]}
            """
        let contact = try JSONDecoder().decode(ContactLine.self, from: Data(record.utf8))
        #expect(
            contact.line
                == "22:13:20 ← +8613800000001  sales → li  customerHungUp  38.0 s: ivr 6.0, ring 1.0, talk 31.0 · recorded"
        )
        #expect(contact.isOver(since: Timestamp(microseconds: 1_700_000_038_000_000)))
        #expect(!contact.isOver(since: Timestamp(microseconds: 1_700_000_038_000_001)))
    }

    @Test func `no command takes a password as an argument`() {
        for command in [Demo.Make.self, Demo.Work.self, Demo.Dial.self, Contacts.self] as [any ParsableCommand.Type] {
            #expect(!command.helpMessage().contains("--password "), "\(command)")
        }
    }

    @Test func `the demo's numbers show what may become of a call, and most of them talk`() {
        let endings = DemoTenant.numbersToDial.map { $0.suffix(2) }
        #expect(Set(endings) == ["01", "02", "03", "05", "06"])
        #expect(endings.count { $0 == "06" } * 2 > endings.count)
    }

    @Test func `the day's campaign is made once, filled and started`() async throws {
        let campaigns = Mutex<[String]>([])
        let started = Mutex<[String]>([])
        let numbers = Mutex(0)
        struct Wish: Codable, Sendable { let name: String }
        struct Made: Codable, Sendable {
            let id: String
            let name: String
        }
        struct List: Codable, Sendable { let numbers: [[String: String]] }
        let routes = [
            APIRoute(.post, "/api/dialer/v1/campaigns", "", .open) { (call: APICall<Wish>) in
                try campaigns.withLock { names in
                    guard !names.contains(call.body.name) else { throw Failure(.conflict, "There is one.") }
                    names.append(call.body.name)
                }
                return Nothing()
            },
            APIRoute(.get, "/api/dialer/v1/campaigns", "", .open) { (_: APICall<Nothing>) in
                Page(items: campaigns.withLock { $0.map { Made(id: "c-\($0.suffix(2))", name: $0) } })
            },
            APIRoute(.post, "/api/dialer/v1/campaigns/{id}/numbers", "", .open) { (call: APICall<List>) in
                numbers.withLock { $0 = call.body.numbers.count }
                return Nothing()
            },
            APIRoute(.post, "/api/dialer/v1/campaigns/{id}/start", "", .open) { (call: APICall<Nothing>) in
                let id = try call.path("id")
                started.withLock { $0.append(id) }
                return Nothing()
            },
        ]
        try await FakeDoor().run(routes) { url in
            let demo = DemoCampaign(
                door: try Door(url), password: "right", now: Timestamp(microseconds: 1_700_000_000_000_000))
            try await demo.run()
            try await demo.run()
        }
        #expect(campaigns.withLock { $0 } == ["客户回访 2023-11-14"])
        #expect(started.withLock { $0 } == ["c-14", "c-14"])
        #expect(numbers.withLock { $0 } == DemoTenant.numbersToDial.count)
    }
}
