import Foundation
import Testing

/// What is left of calls when a process is killed without a word.
@Suite(.serialized) struct ProcessDiesTests {
    static let calls = 50

    @Test(.timeLimit(.minutes(10)))
    func `no call and no record is lost when any process but the switch is killed under 50 calls`() async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("deaths")
        // One agent more than calls: for the call that comes when all is over.
        let crowd = try await Crowd.make(Self.calls + 1, tenant: "crowd", number: "+861088889000", in: suite)
        let phones = try await crowd.phones(place: place)
        let desks = try await crowd.signIn()
        let callers = try Sandbox.callers(Self.calls, to: crowd.number, suite: suite, place: place)
        _ = try await eventually("\(Self.calls) calls being talked", within: 60) {
            try await crowd.talking() == Self.calls ? true : nil
        }

        for process in ["cti-1", "cti-2", "acd-1", "acd-2", "crm-1", "dialer-1", "reporting-1"] {
            let dead = try suite.kill(process)
            let time = try await ContinuousClock().measure {
                try await expectControl(after: process, crowd, desks[0])
            }
            print("control after the death of \(process): \(time.formatted(.units(allowed: [.milliseconds])))")
            _ = try await eventually("\(process) being there again", within: 20) { () -> Bool? in
                guard (try? suite.id(of: process)) != dead else { return nil }
                return await suite.isReady(process) ? true : nil
            }
        }

        let late = try Sandbox.caller(from: "13900000001", to: crowd.number, keys: "", suite: suite, place: place)
        _ = try await eventually("a new call reaching the agent who was left", within: 15) {
            try await crowd.talking() == Self.calls + 1 ? true : nil
        }
        await late.stop()
        callers.interrupt()
        _ = await callers.status()
        let summary = try callers.lastObject()
        #expect(summary["answered"] as? Int == Self.calls, "\(summary)")
        #expect(summary["dropped"] as? Int == 0, "\(summary)")

        try await expectRecords(Self.calls + 1, crowd)
        await phones.stop()
    }

    @Test(.timeLimit(.minutes(5)))
    func `when the switch is killed its calls end with whole records, and the next call finds an agent`() async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("switch")
        let crowd = try await Crowd.make(3, tenant: "switch", number: "+861088889001", in: suite)
        let phones = try await crowd.phones(place: place)
        _ = try await crowd.signIn()
        let callers = try Sandbox.callers(3, to: crowd.number, suite: suite, place: place)
        _ = try await eventually("3 calls being talked", within: 30) { try await crowd.talking() == 3 ? true : nil }

        try suite.kill("media-server-1")
        // What was recorded in its last moment may be in files that nobody knows of.
        try await expectRecords(3, crowd, recorded: false)
        #expect(try await crowd.admin.items("/cti/v1/calls").isEmpty)
        callers.interrupt()

        // A telephone thinks that it is in a call until it is told otherwise, so it is busy and the next one is tried.
        await phones.stop()
        let others = try await crowd.phones(place: place)
        for agent in crowd.agents {
            let desk = try await API.signedIn(agent, to: suite, tenant: crowd.tenant)
            try await desk.insist("POST", "/cti/v1/agents/me/ready", within: 10)
        }
        let late = try Sandbox.caller(from: "13900000002", to: crowd.number, keys: "", suite: suite, place: place)
        _ = try await eventually("the next call finding an agent", within: 30) {
            try await crowd.talking() == 1 ? true : nil
        }
        late.interrupt()
        try await expectRecords(4, crowd, recorded: false)
        await others.stop()
    }

    /// Within three seconds of a death, every API answers again, all calls are there, and an agent's hold reaches the switch.
    private func expectControl(after process: String, _ crowd: Crowd, _ desk: API) async throws {
        let sentence = "control being back after the death of \(process)"
        let call = try await eventually(sentence, within: 3) { () -> String? in
            guard try await crowd.answers(), try await crowd.talking() == Self.calls else { return nil }
            return try await desk.ask("GET", "/cti/v1/agents/me").callID
        }
        try await desk.insist("POST", "/cti/v1/calls/\(call)/hold", within: 3)
        _ = try await eventually("the customer being held after the death of \(process)", within: 3) {
            try await desk.ask("GET", "/cti/v1/calls/\(call)")["isHeld"] as? Bool == true ? true : nil
        }
        try await desk.insist("POST", "/cti/v1/calls/\(call)/retrieve", within: 3)
        _ = try await eventually("the customer being taken back", within: 3) {
            try await crowd.talking() == Self.calls ? true : nil
        }
    }

    private func expectRecords(_ count: Int, _ crowd: Crowd, recorded: Bool = true) async throws {
        let records = try await eventually("\(count) finished records", within: 60) {
            let records = try await crowd.admin.items("/reporting/v1/contacts?limit=200")
            let whole = records.filter { record in
                record["endedAt"] is NSNumber
                    && (!recorded || !(record["recordings"] as? [[String: Any]] ?? []).isEmpty)
            }
            return whole.count >= count ? records : nil
        }
        #expect(records.count == count)
        #expect(Set(records.compactMap { $0["callID"] as? String }).count == count)
        for record in records {
            #expect(API.addsUp(record), "\(record)")
            #expect(API.kinds(record).contains("talk"), "\(record)")
        }
    }
}

extension Crowd {
    /// Whether each service answers what only it can know.
    fileprivate func answers() async throws -> Bool {
        let questions = [
            "/crm/v1/users?limit=1", "/cti/v1/calls", "/acd/v1/routing", "/dialer/v1/campaigns?limit=1",
            "/reporting/v1/contacts?limit=1",
        ]
        for question in questions {
            guard (try? await admin.bytes("GET", question)) != nil else { return false }
        }
        return true
    }
}

extension [String: Any] {
    /// Of an agent who is in a call, as `GET /cti/v1/agents/me` shows him.
    fileprivate var callID: String? {
        (self["call"] as? [String: Any])?["callID"] as? String
    }
}
