import Bus
import Contracts
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle
import Synchronization

/// What agents' screens are told: first how things stand, then every event about the agent and his call.
///
/// Served by any instance: the events come over the bus from whoever owns the tenant, the beginning is asked of him. As
/// each connection begins with the whole state, one that was cut misses nothing by beginning again.
final class DeskFeed: Service {
    private static let topics: Set = [
        AgentStateChanged.topic, CallOffered.topic, CallOfferEnded.topic, CallAnswered.topic, CallHoldChanged.topic,
        CallEnded.topic, AfterCallWorkEnded.topic,
    ]

    private let bus: any Bus
    private let gate: ControlGate
    private let gaps: GapMemory
    private let metrics: CTIMetrics
    private let log: Logger
    private let screens = Mutex<[AgentKey: [UUID: Screen]]>([:])

    init(bus: any Bus, gate: ControlGate, gaps: GapMemory, metrics: CTIMetrics, log: Logger) {
        self.bus = bus
        self.gate = gate
        self.gaps = gaps
        self.metrics = metrics
        self.log = log
    }

    func run() async throws {
        let follower = FactFollower(bus: bus, services: [.cti], log: log)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                for await signal in self.bus.subscribe([CustomerShown.topic]).cancelOnGracefulShutdown() {
                    self.showCustomer(signal)
                }
            }
            try await follower.run(from: [:], unlisted: .now) { facts in
                for fact in facts {
                    if fact.type == CallEnded.topic, let tenant = fact.tenant {
                        self.gaps.heardEnd(of: CallID(rawValue: fact.subject), tenant: tenant)
                    }
                    await self.show(fact)
                }
            }
            group.cancelAll()
        }
        for screen in screens.withLock({ $0.values.flatMap(\.values) }) { screen.finish() }
    }

    /// An agent's events from now on, a snapshot first.
    func events(of key: AgentKey) async throws -> AsyncStream<ServerEvent> {
        let screen = Screen()
        add(screen, of: key)
        do {
            let snapshot = try await gate.desk(of: key.agentID, tenant: key.tenant)
            let id = Self.id(snapshot.stream, snapshot.number)
            screen.begin(
                with: try ServerEvent(id: id, name: "snapshot", json: snapshot.desk), stream: snapshot.stream,
                number: snapshot.number)
        } catch {
            screen.finish()
            throw error
        }
        return screen.events
    }

    // MARK: From the bus

    private func show(_ envelope: Envelope) async {
        guard Self.topics.contains(envelope.type), let tenant = envelope.tenant, let agent = Self.agent(in: envelope)
        else { return }
        let key = AgentKey(tenant: tenant, agentID: agent)
        guard screens.withLock({ $0[key] != nil }) else { return }
        var data = String(decoding: envelope.body, as: UTF8.self)
        if envelope.type == CallOffered.topic, let offered = try? envelope.decode(CallOffered.self) {
            data = await withCustomer(offered, key) ?? data
        }
        let event = ServerEvent(id: Self.id(envelope.stream, envelope.number), name: envelope.type, data: data)
        send(Screen.Event(stream: envelope.stream, number: envelope.number, event: event), to: key)
    }

    /// The screen pop: the offer with the customer's card, which was fetched while the call waited.
    private func withCustomer(_ offered: CallOffered, _ key: AgentKey) async -> String? {
        let call = try? await gate.desk(of: key.agentID, tenant: key.tenant).desk.call
        let pop = ScreenPop(offered: offered, customer: call?.callID == offered.callID ? call?.customer : nil)
        return (try? JSONEncoder().encode(pop)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func showCustomer(_ envelope: Envelope) {
        guard let tenant = envelope.tenant, let shown = try? envelope.decode(CustomerShown.self),
            let event = try? ServerEvent(name: "call.customer_shown", json: shown)
        else { return }
        send(
            Screen.Event(stream: "", number: 0, event: event), to: AgentKey(tenant: tenant, agentID: shown.agentID))
    }

    private static func agent(in envelope: Envelope) -> AgentID? {
        if envelope.type == AgentStateChanged.topic { return AgentID(rawValue: envelope.subject) }
        return (try? JSONDecoder().decode(Concerned.self, from: envelope.body))?.agentID
    }

    private static func id(_ stream: String, _ number: UInt64) -> String { "\(stream)#\(number)" }

    // MARK: Screens

    private func send(_ event: Screen.Event, to key: AgentKey) {
        for screen in screens.withLock({ $0[key].map { Array($0.values) } ?? [] }) { screen.send(event) }
    }

    private func add(_ screen: Screen, of key: AgentKey) {
        let id = screen.id
        screen.onEnd { [weak self] in
            self?.change { screens in
                screens[key]?[id] = nil
                if screens[key]?.isEmpty ?? false { screens[key] = nil }
            }
        }
        change { $0[key, default: [:]][id] = screen }
    }

    private func change(_ body: (inout sending [AgentKey: [UUID: Screen]]) -> Void) {
        let count = screens.withLock { screens in
            body(&screens)
            return screens.count
        }
        metrics.shows(desks: count)
    }
}

/// Whom an event is about.
private struct Concerned: Decodable {
    let agentID: AgentID?
}

/// `call.offered` as the screen gets it: with the customer.
struct ScreenPop: Encodable {
    let offered: CallOffered
    let customer: CustomerCard?

    private enum CodingKeys: String, CodingKey { case customer }

    func encode(to encoder: any Encoder) throws {
        try offered.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(customer, forKey: .customer)
    }
}
