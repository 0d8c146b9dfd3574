import Bus
import Contracts
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle
import Synchronization

/// What agents' screens are told: first how things stand, then every event about the agent and his call.
///
/// Served by any instance: the events come over the bus from whoever owns the tenant, the beginning is asked of him. A
/// screen that was cut off goes on where it was, if the tenant is still at the same owner and all that it missed is still
/// known; else it begins anew with a snapshot.
final class DeskFeed: Service {
    private static let topics: Set = [
        AgentStateChanged.topic, CallOffered.topic, CallOfferEnded.topic, CallAnswered.topic, CallHoldChanged.topic,
        CallPartiesChanged.topic, CallTransferred.topic, CallParked.topic, CallDataChanged.topic,
        CallRecordingChanged.topic,
        CallEnded.topic, AfterCallWorkEnded.topic, AgentPauseExceeded.topic, SupervisorActed.topic,
    ]

    /// acd's, of work that is no call.
    private static let workTopics = [
        WorkOffered.topic, WorkOfferEnded.topic, WorkProgressed.topic, WorkEnded.topic,
    ]

    private let bus: any Bus
    private let gate: ControlGate
    private let gaps: GapMemory
    private let metrics: CTIMetrics
    private let log: Logger
    private let screens = Mutex<[AgentKey: [UUID: Screen]]>([:])
    private let recent = Mutex(RecentEvents())
    /// Calls that rang before their customer could be asked for.
    private let late = AsyncStream.makeStream(of: (AgentKey, CallID).self, bufferingPolicy: .bufferingNewest(1024))

    /// How long the screens of all wait for the customer of one call.
    private static let patience = Duration.milliseconds(250)

    init(bus: any Bus, gate: ControlGate, gaps: GapMemory, metrics: CTIMetrics, log: Logger) {
        self.bus = bus
        self.gate = gate
        self.gaps = gaps
        self.metrics = metrics
        self.log = log
    }

    func run() async throws {
        defer { for screen in screens.withLock({ $0.values.flatMap(\.values) }) { screen.finish() } }
        // What another instance tells reaches a screen a moment later; what this one tells, at once.
        let follower = FactFollower(bus: bus, services: [.cti], log: log, patience: { .milliseconds(50) })
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                await self.bus.subscribe([CustomerShown.topic]).untilShutdown { self.showCustomer($0) }
            }
            group.addTask {
                // Of another stream than the screens': who is cut off reads what he has in hand anew.
                await self.bus.subscribe(Self.workTopics).untilShutdown { self.showWork($0) }
            }
            group.addTask { for await (key, call) in self.late.stream { await self.showCustomer(of: call, to: key) } }
            try await follower.run(from: [:], unlisted: .now) { facts in
                for fact in facts {
                    self.gaps.heard(fact)
                    await self.show(fact)
                }
            }
            group.cancelAll()
        }
    }

    /// Who has a screen here.
    var present: [AgentKey] { screens.withLock { Array($0.keys) } }

    /// How many agents have a screen here.
    var connected: Int { screens.withLock { $0.count } }

    /// An agent's events from now on: after those that a screen with this `Last-Event-ID` missed, if they are known; else
    /// after a snapshot.
    func events(of key: AgentKey, after lastEventID: String? = nil) async throws -> AsyncStream<ServerEvent> {
        let screen = Screen()
        add(screen, of: key)
        do {
            let snapshot = try await gate.desk(of: key.agentID, tenant: key.tenant)
            let now = EventPlace(stream: snapshot.stream, number: snapshot.number)
            if let place = lastEventID.flatMap(EventPlace.init), let missed = await missed(by: key, after: place, now) {
                screen.goOn(with: missed, after: place)
            } else {
                let first = try ServerEvent(id: now.text, name: "snapshot", json: snapshot.desk)
                screen.begin(with: first, at: now)
            }
        } catch {
            screen.finish()
            throw error
        }
        return screen.events
    }

    /// Nil if the screen has to begin anew.
    private func missed(by key: AgentKey, after place: EventPlace, _ now: EventPlace) async -> [Screen.Event]? {
        guard place.stream == now.stream, place.number <= now.number,
            let missed = recent.withLock({ $0.missed(by: key, after: place) })
        else { return nil }
        var events: [Screen.Event] = []
        for kind in missed {
            switch kind {
            case .fact(let envelope): events.append(await event(envelope, key))
            case .signal(let event): events.append(Screen.Event(place: nil, event: event))
            }
        }
        return events
    }

    // MARK: From the bus

    private func show(_ envelope: Envelope) async {
        recent.withLock { $0.hear(envelope) }
        guard Self.topics.contains(envelope.type), let tenant = envelope.tenant else { return }
        for agent in Self.agents(in: envelope) {
            let key = AgentKey(tenant: tenant, agentID: agent)
            recent.withLock { $0.keep(envelope, of: key) }
            guard screens.withLock({ $0[key] != nil }) else { continue }
            send(await event(envelope, key), to: key)
        }
    }

    private func event(_ envelope: Envelope, _ key: AgentKey) async -> Screen.Event {
        let place = EventPlace(stream: envelope.stream, number: envelope.number)
        var data = String(decoding: envelope.body, as: UTF8.self)
        if envelope.type == CallOffered.topic, let offered = try? envelope.decode(CallOffered.self) {
            data = await withCustomer(offered, key) ?? data
        }
        return Screen.Event(place: place, event: ServerEvent(id: place.text, name: envelope.type, data: data))
    }

    /// The screen pop: the offer with the customer's card, which was fetched while the call waited. If the owner cannot say
    /// at once, the card comes later: nobody else's screen waits for it.
    private func withCustomer(_ offered: CallOffered, _ key: AgentKey) async -> String? {
        var call: CallView?
        do {
            call = try await gate.desk(of: key.agentID, tenant: key.tenant, deadline: Self.patience).desk.call
        } catch {
            late.continuation.yield((key, offered.callID))
        }
        let pop = ScreenPop(offered: offered, customer: call?.callID == offered.callID ? call?.customer : nil)
        return (try? WireJSON.encode(pop)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func showCustomer(of callID: CallID, to key: AgentKey) async {
        guard let call = try? await gate.desk(of: key.agentID, tenant: key.tenant).desk.call, call.callID == callID,
            let customer = call.customer
        else { return }
        show(CustomerShown(callID: callID, agentID: key.agentID, customer: customer), to: key)
    }

    private func showCustomer(_ envelope: Envelope) {
        guard let tenant = envelope.tenant, let shown = try? envelope.decode(CustomerShown.self) else { return }
        show(shown, to: AgentKey(tenant: tenant, agentID: shown.agentID))
    }

    private func showWork(_ envelope: Envelope) {
        guard let tenant = envelope.tenant else { return }
        let event = ServerEvent(name: envelope.type, data: String(decoding: envelope.body, as: UTF8.self))
        for agent in Self.agents(in: envelope) {
            let key = AgentKey(tenant: tenant, agentID: agent)
            recent.withLock { $0.keep(event, of: key) }
            send(Screen.Event(place: nil, event: event), to: key)
        }
    }

    private func show(_ shown: CustomerShown, to key: AgentKey) {
        guard let event = try? ServerEvent(name: "call.customer_shown", json: shown) else { return }
        recent.withLock { $0.keep(event, of: key) }
        send(Screen.Event(place: nil, event: event), to: key)
    }

    private static func agents(in envelope: Envelope) -> [AgentID] {
        if envelope.type == AgentStateChanged.topic { return [AgentID(rawValue: envelope.subject)] }
        guard let concerned = try? BusJSON.decoder.decode(Concerned.self, from: envelope.body) else { return [] }
        return concerned.agents ?? concerned.agentID.map { [$0] } ?? []
    }

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
    /// Several, if it is about them all.
    let agents: [AgentID]?
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
