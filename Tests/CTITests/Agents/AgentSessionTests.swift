import Contracts
import TestSupport
import Testing

@testable import CTI

/// An agent's session ends when nothing is seen of him any more.
@Suite struct AgentSessionTests {
    private static let amy = AgentKey(tenant: "t", agentID: "amy")
    var state = ShardState(shard: .of("t"), books: ["t": TenantBook()])

    private mutating func tell(_ input: ShardInput, _ minutes: Double) -> [ShardAction] {
        state.handle(input, at: second(minutes * 60))
    }

    private mutating func signIn(at minutes: Double = 0) {
        _ = tell(.agent(Self.amy, .signIn("201")), minutes)
        _ = tell(.agent(Self.amy, .makeReady), minutes)
    }

    private func silent(_ minutes: Double) -> [SilentAgent] { state.silentAgents(at: second(minutes * 60)) }

    private func changes(_ actions: [ShardAction]) -> [AgentSnapshot] {
        actions.compactMap {
            if case .publish(let fact as AgentStateChanged, _) = $0 { fact.agent } else { nil }
        }
    }

    @Test mutating func `who gives no sign of life for fifteen minutes is signed out, with the reason`() throws {
        signIn()
        #expect(silent(14.9).isEmpty)
        let gone = try #require(silent(15).first)
        #expect(gone == SilentAgent(key: Self.amy, phone: "201", seenAt: second(0)))
        let told = changes(tell(.sessionExpired(gone), 15.1))
        #expect(told.map(\.status) == [.signedOut])
        #expect(told.first?.pauseReason == AgentState.sessionExpired && told.first?.phoneID == nil)
        #expect(silent(60).isEmpty)
    }

    @Test mutating func `an open page, a command or a telephone that is registered renews it`() {
        signIn()
        _ = tell(.seen([Self.amy]), 10)
        #expect(silent(24).isEmpty)
        _ = tell(.agent(Self.amy, .pause(reason: "lunch")), 24)
        #expect(silent(38).isEmpty && silent(39).count == 1)
        _ = tell(
            .dial(
                DialNumber(callID: "d1", agentID: "amy", number: "10086", from: ""), by: "amy", tenant: "t", on: media),
            38)
        #expect(state.sessions.lastSeen(Self.amy) == second(38 * 60))
    }

    @Test mutating func `a sign of life while his telephone was looked for keeps him`() throws {
        signIn()
        let gone = try #require(silent(16).first)
        _ = tell(.seen([Self.amy]), 16)
        #expect(changes(tell(.sessionExpired(gone), 16.1)).isEmpty)
        #expect(state.agents[Self.amy]?.status == .ready)
    }

    @Test mutating func `never while he talks; but after-call work that nobody does ends with it`() throws {
        signIn()
        let gone = SilentAgent(key: Self.amy, phone: "201", seenAt: second(0))
        _ = tell(.agent(Self.amy, .called("c1")), 1)
        #expect(silent(60).isEmpty)
        #expect(changes(tell(.sessionExpired(gone), 60)).isEmpty)
        _ = tell(.agent(Self.amy, .answered("c1")), 61)
        _ = tell(.agent(Self.amy, .tookCharge("c1", afterCallWorkSeconds: 3600)), 61)
        #expect(silent(90).isEmpty)
        #expect(changes(tell(.sessionExpired(gone), 90)).isEmpty)
        _ = tell(.agent(Self.amy, .callEnded("c1")), 91)
        #expect(silent(91).map(\.key) == [Self.amy])
        let actions = tell(.sessionExpired(gone), 91)
        #expect(changes(actions).map(\.status) == [.signedOut])
        #expect(
            actions.contains {
                if case .publish(let fact as AfterCallWorkEnded, _) = $0 { fact.callID == "c1" } else { false }
            })
    }

    @Test mutating func `a tenant says how long it lasts, or that it lasts for ever`() throws {
        signIn()
        var book = TenantBook()
        book.desk.sessionMinutes = 2
        _ = tell(.book("t", book), 1)
        #expect(silent(2).count == 1)
        book.desk.sessionMinutes = 0
        _ = tell(.book("t", book), 3)
        #expect(silent(6000).isEmpty)
        var settings = DeskSettings()
        settings.sessionMinutes = 1441
        #expect(throws: Failure.self) { try settings.check() }
        settings.sessionMinutes = 0
        try settings.check()
    }

    @Test mutating func `a new owner begins all sessions anew`() {
        signIn()
        let known = state.agents.values.map { $0 }
        var other = ShardState(shard: .of("t"), epoch: 1, books: ["t": TenantBook()])
        _ = other.takeOver(ShardInheritance(agents: known), at: second(3600))
        #expect(other.silentAgents(at: second(3600 + 899)).isEmpty)
        #expect(other.silentAgents(at: second(3600 + 900)).map(\.key) == [Self.amy])
    }
}
