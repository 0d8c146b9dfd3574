import Foundation
import Testing

/// One tenant's agents, who all talk, and the callers behind them.
final class MovingFloor: @unchecked Sendable {  // Used by one task at a time.
    /// What a callcentre may take to offer the next call.
    static let longestGap = 2.0

    let tenant: String
    private let crowd: Crowd
    private let waiting: Int
    private let desks: [API]
    private let phones: RunningProgram
    private let callers: RunningProgram
    private var handled = 0
    private var closedAt = Int.max

    private init(_ crowd: Crowd, _ waiting: Int, _ desks: [API], _ phones: RunningProgram, _ callers: RunningProgram) {
        tenant = crowd.tenant
        self.crowd = crowd
        self.waiting = waiting
        self.desks = desks
        self.phones = phones
        self.callers = callers
    }

    private var calls: Int { crowd.agents.count + waiting }

    static func open(
        _ number: Int, agents: Int, waiting: Int, platform: API, in suite: RunningSuite
    ) async throws -> MovingFloor {
        let tenant = "moving-\(number)"
        let place = try suite.scratch(tenant)
        let crowd = try await Crowd.make(
            agents, tenant: tenant, number: "+8610888850\(10 + number)", platform: platform, in: suite)
        let phones = try await crowd.phones(place: place, ports: 30_000 + number * 40)
        let desks = try await crowd.signIn()
        let callers = try Sandbox.callers(
            agents + waiting, to: crowd.number, ports: 31_000 + number * 60, suite: suite, place: place)
        return MovingFloor(crowd, waiting, desks, phones, callers)
    }

    func waitUntilBusy() async throws {
        _ = try await eventually("\(tenant) being busy", within: 60) {
            let phases = try await calls(in: crowd).phases
            return phases["talking"] == crowd.agents.count && phases["waiting"] == waiting ? true : nil
        }
    }

    /// Who waits, in the order in which they came.
    func line() async throws -> [String] {
        try await crowd.admin.items("/cti/v1/calls?limit=200").filter { $0["phase"] as? String == "waiting" }
            .sorted { ($0["enqueuedAt"] as? Int ?? 0) < ($1["enqueuedAt"] as? Int ?? 0) }
            .compactMap { $0["callID"] as? String }
    }

    /// An agent hangs up; how long after `since` his next call was there, and which it was.
    func freeOneAgent(
        within seconds: Double, since: ContinuousClock.Instant
    ) async throws -> (call: String, seconds: Double) {
        let desk = desks[handled % desks.count]
        let old = try await eventually("\(tenant) being in control again", within: seconds) {
            try? await desk.currentCall()
        }
        try await desk.insist("POST", "/cti/v1/calls/\(old)/hang-up", within: seconds)
        let call = try await eventually("the next call of \(tenant)", within: seconds) { () -> String? in
            guard let call = try? await desk.currentCall(), call != old else { return nil }
            return call
        }
        handled += 1
        return (call, (ContinuousClock.now - since) / .seconds(1))
    }

    /// All who have not been served are there, and nobody has two calls.
    func expectEverybody(_ what: String) async throws {
        let agents = crowd.agents.count
        let wanted = calls - handled
        _ = try await eventually("all calls of \(tenant) being there after the \(what)", within: 10) { () -> Bool? in
            guard let (phases, booked) = try? await calls(in: crowd), let ringing = try? await ringing() else {
                return nil
            }
            // Whoever rings for a call, for acd, is in no other, for cti.
            let isTwice = ringing.contains { agent, call in booked.contains { $0.agent == agent && $0.call != call } }
            guard Set(booked.map(\.agent)).count == booked.count, !isTwice else { return nil }
            return phases == ["talking": agents, "waiting": wanted - agents].filter { $0.value > 0 } ? true : nil
        }
    }

    private func calls(
        in crowd: Crowd
    ) async throws -> (phases: [String: Int], booked: [(agent: String, call: String)]) {
        let calls = try await crowd.admin.items("/cti/v1/calls?limit=200")
        let phases = calls.reduce(into: [:]) { $0[$1["phase"] as? String ?? "", default: 0] += 1 }
        return (phases, calls.compactMap(Self.booking))
    }

    private func ringing() async throws -> [(agent: String, call: String)] {
        let routing = try await crowd.admin.ask("GET", "/acd/v1/routing")
        return (routing["ringing"] as? [[String: Any]] ?? []).compactMap(Self.booking)
    }

    private static func booking(_ item: [String: Any]) -> (agent: String, call: String)? {
        guard let agent = item["agentID"] as? String, let call = item["callID"] as? String else { return nil }
        return (agent, call)
    }

    /// All callers do.
    func hangUp() {
        closedAt = Int(Date().timeIntervalSince1970 * 1_000_000)
        callers.interrupt()
    }

    /// Each call has one record, which adds up, and the records say what was promised.
    func close() async throws {
        _ = await callers.status()
        let summary = try callers.lastObject()
        #expect(summary["answered"] as? Int == calls, "\(tenant): \(summary)")
        #expect(summary["dropped"] as? Int == handled, "\(tenant): only agents hang up: \(summary)")
        let records = try await eventually("\(calls) records of \(tenant)", within: 60) {
            let records = try await crowd.admin.items("/reporting/v1/contacts?limit=200")
            return records.filter { $0["endedAt"] is NSNumber }.count >= calls ? records : nil
        }
        #expect(records.count == calls)
        for record in records { #expect(API.addsUp(record), "\(record)") }
        expectOneCallAnAgent(FloorRecord.all(records).map { $0.before(closedAt) })
        await phones.stop()
    }

    /// No agent rings or talks twice at a time, callers were served as they came, and nobody who was free was left alone.
    private func expectOneCallAnAgent(_ records: [FloorRecord]) {
        let line = records.sorted { $0.queuedAt < $1.queuedAt }
        let served = line.prefix { $0.wasTaken }
        #expect(served.count == crowd.agents.count + handled, "\(tenant): \(line.map(\.wasTaken))")
        #expect(!line.dropFirst(served.count).contains { $0.wasTaken }, "\(tenant): somebody was passed over")
        for agent in crowd.agents {
            let times = records.flatMap(\.stretches).filter { $0.agent == agent }.sorted { $0.from < $1.from }
            for (one, next) in zip(times, times.dropFirst()) {
                #expect(one.to <= next.from, "\(agent) of \(tenant) was booked twice: \(one), \(next)")
                let gap = Double(next.from - one.to) / 1_000_000
                if one.call != next.call {
                    #expect(gap <= Self.longestGap, "\(agent) of \(tenant) waited for \(gap) s: \(one), \(next)")
                }
            }
        }
    }
}

/// What matters of a contact record here.
private struct FloorRecord {
    /// An agent rings or talks.
    struct Stretch {
        let call: String
        let agent: String
        let kind: String
        let from: Int
        let to: Int
    }

    let queuedAt: Int
    let stretches: [Stretch]

    var wasTaken: Bool { stretches.contains { $0.kind == "talk" } }

    func before(_ time: Int) -> FloorRecord {
        FloorRecord(queuedAt: queuedAt, stretches: stretches.filter { $0.from < time })
    }

    static func all(_ records: [[String: Any]]) -> [FloorRecord] {
        records.map { record in
            let segments = record["segments"] as? [[String: Any]] ?? []
            let call = record["callID"] as? String ?? ""
            let queued = segments.first { $0["kind"] as? String == "queue" }
            return FloorRecord(
                queuedAt: queued?["startedAt"] as? Int ?? 0,
                stretches: segments.compactMap { segment in
                    guard let agent = segment["agentID"] as? String, let kind = segment["kind"] as? String,
                        let from = segment["startedAt"] as? Int, let to = segment["endedAt"] as? Int
                    else { return nil }
                    return Stretch(call: call, agent: agent, kind: kind, from: from, to: to)
                })
        }
    }
}

extension API {
    /// Of an agent, as his desk shows it.
    fileprivate func currentCall() async throws -> String? {
        (try await ask("GET", "/cti/v1/agents/me")["call"] as? [String: Any])?["callID"] as? String
    }
}
