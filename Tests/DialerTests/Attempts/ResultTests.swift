import Bus
import Contracts
import Database
import ServiceKit
import Synchronization
import TestSupport
import Testing

@testable import Dialer

@Suite(.timeLimit(.minutes(1))) struct ResultTests {
    @Test func `what cti tells of a call becomes the result of its try, once`() async throws {
        try await withDialer { database in
            _ = try await NumberStore(database: database).add([.init(number: "100")], to: "spring", of: "t", at: 0)
            let store = AttemptStore(database: database)
            let attempt = try await store.claim(1, of: .named("spring"), "t", in: [""], at: 1)[0].attempt
            let network = LocalBus.Network()
            let cti = network.bus(InstanceID(.cti, 1))
            let bus = network.bus(InstanceID(.dialer, 1))
            let kit = ServiceContext(instance: bus.instance, database: database, bus: bus)
            let subscriber = DurableSubscriber(
                kit, name: "results", from: [.cti], Dialer.eventHandlers(DialerMetrics()))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await subscriber.run() }
                let facts: [any Fact] = [
                    CallAnswered(callID: attempt.callID, agentID: "amy", queueID: "sales", answeredAt: 20),
                    CallEnded.with(
                        .customerHungUp, [.dial, .queue, .ring, .talk], call: attempt.callID, attempt: attempt.id,
                        agent: "amy", at: 60),
                ]
                var found: Attempt?
                while found?.result == nil {
                    // Told again and again, as after a hole: the numbers are the same.
                    for (index, fact) in facts.enumerated() {
                        cti.publish(
                            try Envelope(fact, stream: "cti/1@a", number: UInt64(index + 1), tenant: "t", time: 0))
                    }
                    await Task.yield()
                    found = try await store.list(of: "spring", of: "t", limit: 1).first
                }
                #expect(found?.result == .connected)
                #expect(found?.answeredAt == 20)
                #expect(found?.endedAt == 60)
                group.cancelAll()
            }
            let told = try await database.query("SELECT count(*) AS count FROM outbox") { try $0.get("count") as Int }
            #expect(told == [1])
        }
    }
}
