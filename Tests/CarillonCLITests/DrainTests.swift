import ArgumentParser
import Foundation
import Testing

@testable import CarillonCLI

@Suite struct DrainTests {
    @Test func `a suite whose ports are moved is asked at its own front door`() throws {
        let drain = try Drain.parse(["cti/2", "--port-base", "2500", "--password-file", "operator"])
        #expect(drain.frontDoor == "http://127.0.0.1:10580")
        #expect(try drain.place() == "127.0.0.1:10612")
        let elsewhere = try Drain.parse(["cti/2", "--url", "https://cc.example.com", "--password-file", "operator"])
        #expect(elsewhere.frontDoor == "https://cc.example.com")
    }

    @Test func `who drains alone is told so at once, and does not wait`() throws {
        let problem = try state(shards: 64, takers: 0, isDrained: false).problem(of: "cti/1")
        #expect(problem?.contains("cti/1 keeps its 64 shards") == true)
        #expect(try state(shards: 64, takers: 1, isDrained: false).problem(of: "cti/1") == nil)
        #expect(try state(shards: 0, takers: 0, isDrained: true).problem(of: "cti/1") == nil)
    }

    @Test func `an instance of a version that does not count takers is waited for`() throws {
        #expect(try state(shards: 64, takers: nil, isDrained: false).problem(of: "cti/1") == nil)
    }

    private func state(shards: Int, takers: Int?, isDrained: Bool) throws -> Drain.State {
        let takers = takers.map { ", \"takers\": \($0)" } ?? ""
        let text = "{\"isDraining\": true, \"shards\": \(shards)\(takers), \"isDrained\": \(isDrained)}"
        return try JSONDecoder().decode(Drain.State.self, from: Data(text.utf8))
    }
}
