import Contracts
import Database
import Foundation
import RTP
import SIP
import TestSupport
import Testing

@testable import MediaServer

/// What is left when a switch stops, in whatever way.
@Suite(.timeLimit(.minutes(1))) struct StopTests {
    @Test func `a switch that stops hangs up, tells of it, and closes its recordings`() async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            let facts = try await withSwitch(database) { test in
                let anna = try TestPhone()
                let caller = try await test.answeredCaller(anna)
                try await test.command(caller.leg, .record("r1", of: "c1", customer: caller.leg, agent: nil))
                test.board.stop()
                let end = await caller.events.first { if case .ended(let end) = $0 { end } else { nil } }
                guard case .byPeer = end else {
                    Issue.record("not hung up: \(String(describing: end))")
                    return test.facts
                }
                return test.facts
            }
            var told: [String] = []
            for await fact in facts {
                told.append(type(of: fact).topic)
                if fact is RecordingClosed { break }
            }
            #expect(told == ["leg.ended", "recording.closed"])
            let recording = try await RecordingStore(database: database).find("r1", tenant: "demo")
            #expect(recording.state == .closed)
        }
    }

    @Test func `what a killed switch left of a recording can be heard after its restart`() async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            let left = Recording(
                id: "r1", callID: "c1", instance: "\(TestSwitch.instance)", file: "demo/2026/r1.wav", state: .writing,
                startedAt: Timestamp(microseconds: 1_000_000), durationMicroseconds: nil, bytes: nil, problem: nil)
            let store = RecordingStore(database: database)
            try await store.put([OwnedRecording(tenant: "demo", recording: left)])
            try await withSwitch(database) { test in
                #expect(await test.next(RecordingClosed.self)?.recordingID == "r1")
            }
            let closed = try await store.find("r1", tenant: "demo")
            #expect(closed.state == .failed)
            #expect(closed.problem != nil)
            let isAllClosed = try await store.unfinished(of: TestSwitch.instance, before: .now()).isEmpty
            #expect(isAllClosed)
        }
    }

    @Test func `nobody waits for an answer of a switch that has stopped`() async throws {
        let board = try await withSwitch { $0.board }
        await #expect(throws: Failure.self) { try await board.list([]) }
    }
}
