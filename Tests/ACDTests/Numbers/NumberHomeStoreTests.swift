import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import ACD

/// Callers are known however a carrier writes their numbers, and nobody is taken for another.
@Suite(.timeLimit(.minutes(1))) struct NumberHomeStoreTests {
    @Test func `the same last ten digits of another country are somebody else`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            try await database.transaction(tenant: "*") { connection in
                try connection.noteTalk(.of("+8613800138000", "c1", talkedWith: "amy"), of: "t")
                try connection.noteTalk(.of("+13800138000", "c2", talkedWith: "bob"), of: "t")
                try connection.noteCalled(.out("+443800138000", by: "eve"), of: "t")
            }
            let store = AcquaintanceStore(database: database)
            #expect(try await store.find(number: "013800138000", of: "t").talks.map(\.agentID) == ["amy"])
            #expect(try await store.find(number: "0013800138000", of: "t").talks.map(\.agentID) == ["bob"])
            #expect(try await store.find(number: "3800138000", of: "t") == CallerKnowledge())
            let called = CalledNumberStore(database: database)
            #expect(try await called.find("13800138000", since: 0, of: "t") == nil)
            #expect(try await called.find("00443800138000", since: 0, of: "t")?.agentID == "eve")
            let cases = UnresolvedCaseStore(database: database)
            let ours = try await cases.mark(
                UnresolvedMark(number: "13800138000", kind: "complaint"), by: "amy", of: "t")
            let theirs = try await cases.mark(
                UnresolvedMark(number: "+13800138000", kind: "complaint"), by: "bob", of: "t")
            #expect(ours.id != theirs.id)
        }
    }

    @Test func `a tenant's area completes local numbers, from then on and in what is open`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let homes = NumberHomeStore(database: database)
            #expect(try await homes.find(of: "t") == NumberHome())
            let cases = UnresolvedCaseStore(database: database)
            let store = AcquaintanceStore(database: database)
            _ = try await cases.mark(UnresolvedMark(number: "65521234", kind: "complaint"), by: "amy", of: "t")
            #expect(try await store.find(number: "01065521234", of: "t").cases.isEmpty)
            try await homes.put(NumberHome(country: "86", area: "10"), of: "t")
            #expect(try await store.find(number: "01065521234", of: "t").cases.map(\.agentID) == ["amy"])
            #expect(try await homes.find(of: "t").area == "10")
            #expect(try await homes.find(of: "u") == NumberHome())
            #expect(try await RoutingSettingsStore(database: database).read("t").home.area == "10")
        }
    }

    @Test func `open callbacks are keyed anew, and two that become one stay two`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let queues = QueueStore(database: database)
            try await queues.insert(Queue(id: "sales", name: "Sales"), of: "t")
            let callbacks = CallbackStore(database: database)
            for number in ["65521234", "01065521234"] {
                _ = try await callbacks.add(
                    NewCallback(queueID: "sales", number: number, source: .entered, enqueuedAt: 10), of: "t")
            }
            try await NumberHomeStore(database: database).put(NumberHome(country: "86", area: "10"), of: "t")
            let all = try await callbacks.list(queue: "sales", state: nil, number: nil, .init(), of: "t")
            #expect(all.items.count == 2)
            let found = try await callbacks.list(queue: "sales", state: nil, number: "65521234", .init(), of: "t")
            #expect(found.items.map(\.number) == ["01065521234"])
        }
    }

    @Test func `a caller who comes himself is found among callbacks by his number at home`() {
        var state = RoutingState.open()
        _ = state.handle(.homeChanged(NumberHome(country: "86", area: "10")), at: 1)
        let waiting = Callback(
            id: "k1", queueID: "sales", number: "65521234", source: .offered, state: .waiting, isAutomatic: true,
            enqueuedAt: 2, priority: 100, skills: [], attributes: [:], from: "", askedIn: nil, callID: nil,
            agentID: nil, attempts: 0, refusedBy: [], notBefore: nil, expiresAt: 9000, outcome: nil, note: nil,
            changedAt: 2)
        _ = state.handle(.callbacksChanged([WaitingCallback(waiting, of: "t")]), at: 2)
        #expect(state.callbackCount(in: "sales") == 1)
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 3, attributes: ["caller": "+1 065521234"])), at: 3)
        #expect(state.callbackCount(in: "sales") == 1, "somebody in another country")
        _ = state.handle(.callEnqueued(.to("sales", "c2", at: 4, attributes: ["caller": "+861065521234"])), at: 4)
        #expect(state.callbackCount(in: "sales") == 0)
    }
}
