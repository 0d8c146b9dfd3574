import Bus
import Contracts
import Database
import Foundation
import ServiceKit

/// The publishing process: sends facts at a rate to a process that hears them.
struct BusTalk: Sendable {
    /// The two ways of a fact.
    enum Route: Sendable {
        /// Of a real-time service: sent at once, stored behind.
        case journal
        /// Of a service with transactions: committed, then sent by the relay. The time counts from before the commit.
        case outbox
    }

    let bus: ZeroMQBus
    let journal: FactJournal
    let database: Database
    let directory: StaticDirectory
    let keys: String
    let place: String

    func publish(_ route: Route, _ subject: String, _ number: Int) async throws {
        let fact = BusEnd.fact(subject, number)
        switch route {
        case .journal: journal.publish(fact, tenant: BusEnd.tenant, time: .now())
        case .outbox: try await database.transaction { try $0.publish(fact, tenant: BusEnd.tenant) }
        }
    }

    /// How long after `publish` each of `count` facts was handed to the subscriber's handler.
    func delays(_ route: Route, rate: Int, count: Int) async throws -> HearReport {
        let seconds = Double(count) / Double(rate) + 30
        let child = try await Child.start(
            [
                Workplace.own, "hear", "--keys", keys, "--publish", bus.endpoints.publish, "--requests",
                bus.endpoints.requests, "--facts", "\(count)", "--seconds", "\(seconds)",
            ], output: "\(place)/hear-\(rate).log")
        do {
            let there = try await eventually("the hearing process", within: 10) { child.told(HearPlace.self) }
            directory.set(BusEnd.subscriber, there.listens)
            _ = try await eventually("the first fact at the hearing process", within: 20) {
                try await publish(route, "warm-up", 0)
                return child.told(HearReady.self)
            }
            try await send(route, "warm-up", rate: rate, count: min(rate, count))
            try await send(route, Hear.measured, rate: rate, count: count)
            let heard = try await eventually("what was heard", within: seconds) { child.told(HearReport.self) }
            await child.stop()
            directory.set(BusEnd.subscriber, nil)
            return heard
        } catch {
            await child.stop()
            throw error
        }
    }

    private func send(_ route: Route, _ subject: String, rate: Int, count: Int) async throws {
        let clock = ContinuousClock()
        let began = clock.now
        for number in 0..<count {
            let due = began + .seconds(Double(number) / Double(rate))
            if due > clock.now { try await clock.sleep(until: due, tolerance: .zero) }
            try await publish(route, subject, number)
        }
    }
}
