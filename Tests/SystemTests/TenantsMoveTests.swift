import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Tenants change hands while people wait and talk: their owners are killed, drained, and joined by another.
///
/// 20 tenants. With `CARILLON_MOVING_CALLS=full` 100 calls are talked and 200 wait, with `small` 20 and 60. It takes minutes
/// and a machine to itself, so it runs only when asked for.
@Suite(.serialized) struct TenantsMoveTests {
    static let tenants = 20
    static let size = ProcessInfo.processInfo.environment["CARILLON_MOVING_CALLS"]
    static let isFull = size == "full"
    static let agents = isFull ? 5 : 1
    static let waiting = isFull ? 10 : 3

    @Test(.enabled(if: size != nil), .timeLimit(.minutes(15)))
    func `nobody loses his call or his place when the owners of 20 tenants die, leave and come`() async throws {
        let suite = try await RunningSuite.shared()
        var floors: [MovingFloor] = []
        for number in 0..<Self.tenants {
            floors.append(
                try await MovingFloor.open(number, agents: Self.agents, waiting: Self.waiting, in: suite))
        }
        var waits: [String: [Double]] = [:]
        var turn = 0
        func next(_ what: String, _ happen: () async throws -> Void) async throws {
            // Two tenants a time, so that each has callers left to the end.
            let watched = (0..<3).map { floors[(turn * 3 + $0) % floors.count] }
            turn += 1
            let lines = try await MovingFloor.each(watched) { try await $0.line() }
            let began = ContinuousClock.now
            try await happen()
            for (floor, line) in zip(watched, lines) {
                let taken = try await floor.freeOneAgent(within: 5, since: began)
                waits[what, default: []].append(taken.seconds)
                #expect(
                    taken.call == line.first,
                    "\(floor.tenant): \(taken.call) was taken, and \(line.first ?? "nobody") came first")
            }
            for floor in floors { try await floor.expectEverybody(what) }
        }

        for process in ["cti-1", "acd-1", "cti-2", "acd-2"] {
            let dead = try suite.id(of: process)
            try await next("death of \(process)") { try suite.kill(process) }
            try await back(process, after: dead, suite)
        }
        for process in ["cti-1", "acd-2"] {
            try await next("drain of \(process)") { try await suite.drain(process) }
            let old = try suite.id(of: process)
            try suite.kill(process)
            try await back(process, after: old, suite)
        }
        try await next("start of another cti") { try await suite.startAnother("cti", 3) }

        for (what, seconds) in waits.sorted(by: { $0.key < $1.key }) {
            let sorted = seconds.sorted()
            print("next offer after the \(what): median \(sorted[sorted.count / 2]) s, worst \(sorted.last ?? 0) s")
        }
        for floor in floors { try await floor.close() }
    }

    private func back(_ process: String, after dead: Int32, _ suite: RunningSuite) async throws {
        _ = try await eventually("\(process) being there again", within: 20) { () -> Bool? in
            guard (try? suite.id(of: process)) != dead else { return nil }
            return await suite.isReady(process) ? true : nil
        }
        // It takes its share of the tenants.
        try await Task.sleep(for: .seconds(3))
    }
}

/// One tenant's agents, who all talk, and the callers behind them.
final class MovingFloor: @unchecked Sendable {  // Used by one test, one step after the other.
    let tenant: String
    private let crowd: Crowd
    private let waiting: Int
    private var desks: [API]
    private let phones: RunningProgram
    private let callers: RunningProgram
    private var handled = 0

    private init(_ crowd: Crowd, _ waiting: Int, _ desks: [API], _ phones: RunningProgram, _ callers: RunningProgram) {
        tenant = crowd.tenant
        self.crowd = crowd
        self.waiting = waiting
        self.desks = desks
        self.phones = phones
        self.callers = callers
    }

    private var calls: Int { crowd.agents.count + waiting }

    static func open(_ number: Int, agents: Int, waiting: Int, in suite: RunningSuite) async throws -> MovingFloor {
        let tenant = "moving-\(number)"
        let place = try suite.scratch(tenant)
        let crowd = try await Crowd.make(
            agents, tenant: tenant, number: "+8610888870\(10 + number)",
            // The sandbox's telephones need a moment from a BYE to the next INVITE. It counts as waiting here.
            afterCallWorkSeconds: 1, in: suite)
        let phones = try await crowd.phones(place: place, ports: 30_000 + number * 40)
        let desks = try await crowd.signIn()
        let callers = try Sandbox.callers(
            agents + waiting, to: crowd.number, ports: 31_000 + number * 60, suite: suite, place: place)
        _ = try await eventually("\(tenant) being busy", within: 60) {
            let phases = try await crowd.phases()
            return phases["talking"] == agents && phases["waiting"] == waiting ? true : nil
        }
        return MovingFloor(crowd, waiting, desks, phones, callers)
    }

    /// One after the other: the machine has enough to do.
    static func each<Value>(_ floors: [MovingFloor], _ ask: (MovingFloor) async throws -> Value) async throws -> [Value]
    {
        var values: [Value] = []
        for floor in floors { values.append(try await ask(floor)) }
        return values
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
        let took = ContinuousClock.now - since
        return (
            call, Double(took.components.seconds) + Double(took.components.attoseconds / 1_000_000_000_000_000) / 1000
        )
    }

    /// All who have not been served are there, and nobody has two calls.
    func expectEverybody(_ what: String) async throws {
        let wanted = calls - handled
        let phases = try await eventually("all calls of \(tenant) being there after the \(what)", within: 10) {
            () -> [String: Int]? in
            guard let phases = try? await crowd.phases() else { return nil }
            return phases.values.reduce(0, +) == wanted && phases["talking"] == crowd.agents.count ? phases : nil
        }
        #expect(phases["waiting", default: 0] == wanted - crowd.agents.count)
        let busy = try await crowd.admin.items("/cti/v1/agents").compactMap { $0["callID"] as? String }
        #expect(Set(busy).count == busy.count, "an agent was booked twice: \(busy)")
    }

    /// Everybody hangs up; each call has one record, which adds up.
    func close() async throws {
        callers.interrupt()
        _ = await callers.status()
        let records = try await eventually("\(calls) records of \(tenant)", within: 60) {
            let records = try await crowd.admin.items("/reporting/v1/contacts?limit=200")
            return records.filter { $0["endedAt"] is NSNumber }.count >= calls ? records : nil
        }
        #expect(records.count == calls)
        for record in records { #expect(API.addsUp(record), "\(record)") }
        await phones.stop()
    }
}

extension API {
    /// Of an agent, as his desk shows it.
    fileprivate func currentCall() async throws -> String? {
        (try await ask("GET", "/cti/v1/agents/me")["call"] as? [String: Any])?["callID"] as? String
    }
}

extension Crowd {
    fileprivate func phases() async throws -> [String: Int] {
        try await admin.items("/cti/v1/calls?limit=200").reduce(into: [:]) {
            $0[$1["phase"] as? String ?? "", default: 0] += 1
        }
    }
}

extension RunningSuite {
    /// Lets an instance give its tenants away, and waits until it has.
    fileprivate func drain(_ process: String) async throws {
        let password = try String(contentsOfFile: places.state + "/secret/operator", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let token = try await API.signedIn("operator", to: self, tenant: "*", password: password).token
        guard let url = places.processes[process].flatMap({ URL(string: $0 + "/v1/drain") }) else {
            throw NotSeen(description: "the address of \(process)")
        }
        _ = try await eventually("\(process) being drained", within: 10) { () -> Bool? in
            var request = URLRequest(url: url, timeoutInterval: 5)
            request.httpMethod = "PUT"
            request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(#"{"isDraining": true}"#.utf8)
            let (data, _) = try await URLSession.shared.data(for: request)
            let state = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            return state?["isDrained"] as? Bool == true ? true : nil
        }
    }

    /// A process more than `deploy/run` started: as the second of its service, with ports, keys and a journal of its own.
    fileprivate func startAnother(_ service: String, _ number: Int) async throws {
        let scripts = places.state + "/process/"
        let second = try String(contentsOfFile: scripts + "\(service)-2", encoding: .utf8)
        var lines: [String] = []
        for line in second.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            lines.append(Self.shifted(line, service, number))
        }
        let journal = places.state + "/journal/\(service)-\(number)"
        try FileManager.default.createDirectory(atPath: journal, withIntermediateDirectories: true)
        let script = scripts + "\(service)-\(number)"
        try lines.joined(separator: "\n").write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
        // The supervisor looks again when it is told to; it is the parent of what it started.
        guard let supervisor = try parent(of: id(of: "\(service)-2")) else {
            throw NotSeen(description: "the supervisor")
        }
        Foundation.kill(supervisor, SIGUSR1)
        _ = try await eventually("\(service)-\(number) being started", within: 15) {
            try? self.id(of: "\(service)-\(number)")
        }
        try await Task.sleep(for: .seconds(3))
    }

    private static func shifted(_ line: String, _ service: String, _ number: Int) -> String {
        func raised(_ text: String, by step: Int) -> String {
            guard let range = text.range(of: #"\d+$"#, options: .regularExpression), let port = Int(text[range]) else {
                return text
            }
            return text.replacingCharacters(in: range, with: "\(port + step)")
        }
        if line.hasPrefix("export INSTANCE=") { return "export INSTANCE=\(number)" }
        if line.hasPrefix("export HTTP_PORT=") { return raised(line, by: 7) }
        if line.hasPrefix("export BUS_PUBLISH=") || line.hasPrefix("export BUS_REQUESTS=") {
            return raised(line, by: 4)
        }
        return line.replacingOccurrences(of: "/journal/\(service)-2", with: "/journal/\(service)-\(number)")
    }

    private func parent(of process: Int32) throws -> Int32? {
        let words = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8).split(separator: ")").last?
            .split(separator: " ")
        return words.flatMap { $0.count > 1 ? Int32($0[1]) : nil }
    }
}
