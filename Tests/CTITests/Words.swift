import Contracts
import TestSupport

@testable import CTI

/// So many seconds after the beginning of these tests' time.
func second(_ seconds: Double) -> Timestamp {
    Timestamp(microseconds: 1_700_000_000_000_000 + Int64(seconds * 1_000_000))
}

let media = InstanceID(.mediaServer, 1)

extension Flow {
    /// A menu: 1 leads to the queue `sales`, 2 asks for an account, 9 hangs up.
    static let menu = Flow(
        schema: 1, name: "Menu", language: "en", start: "welcome",
        nodes: [
            "welcome": .play(.init(prompts: [.init(file: "welcome")], interruptible: true, next: "menu")),
            "menu": .menu(
                .init(
                    prompts: [.init(say: "Press 1 for sales")], keys: ["1": "sales", "2": "account", "9": "bye"],
                    invalidPrompts: [.init(say: "Sorry")], timeoutSeconds: 4, retries: 1, onFailed: "bye")),
            "account": .collect(
                .init(
                    prompts: [.init(say: "Your account")], attribute: "account", minimumDigits: 2, maximumDigits: 4,
                    next: "greet")),
            "greet": .say(.init(text: "Hello {account}", next: "vip")),
            "vip": .condition(
                .init(attribute: "account", test: .beginsWith, value: "8", then: "mark", else: "sales")),
            "mark": .set(.init(values: ["vip": "yes"], next: "sales")),
            "sales": .queue(.init(queue: "sales", priority: 200, timeoutSeconds: 60, onTimeout: "outside")),
            "outside": .transfer(.init(number: "+8613800000000", onFailed: "bye")),
            "bye": .hangUp,
        ])

    /// Straight into the queue `sales`.
    static let queueOnly = Flow(
        schema: 1, name: "Queue", language: "en", start: "sales",
        nodes: ["sales": .queue(.init(queue: "sales"))])
}

extension PublishedFlow {
    static let menu = PublishedFlow(flowID: "menu", version: 3, flow: .menu)
    static let queueOnly = PublishedFlow(flowID: "queue", version: 1, flow: .queueOnly)
}

extension FlowProgram {
    static let menu = FlowProgram(main: .menu)
    static let queueOnly = FlowProgram(main: .queueOnly)
}

extension FlowRun {
    /// Without the counters, at the beginning of these tests' time.
    mutating func handle(_ input: Input, in flow: Flow) -> [Step] {
        handle(input, in: .of(flow)).filter { if case .passed = $0 { false } else { true } }
    }

    mutating func resume(in flow: Flow) -> [Step] {
        resume(in: .of(flow)).filter { if case .passed = $0 { false } else { true } }
    }
}

extension FlowScene {
    static func of(_ flow: Flow, lists: [String: Set<String>] = [:], at time: Timestamp = second(0)) -> FlowScene {
        FlowScene(
            program: FlowProgram(main: PublishedFlow(flowID: "f", version: 1, flow: flow), lists: lists), now: time)
    }
}

extension OfferCall {
    static func to(
        _ agent: AgentID, number: Int = 1, call: CallID = "c1", queue: QueueID = "sales", beside: Bool? = nil
    )
        -> OfferCall
    {
        OfferCall(
            callID: call, agentID: agent, queueID: queue, offer: number, ringSeconds: 15, afterCallWorkSeconds: 30,
            ringsBeside: beside)
    }
}

extension [CallAction] {
    var ended: [CallEnded] { compactMap { if case .publish(.ended(let ended)) = $0 { ended } else { nil } } }

    /// All commands for a leg, in order.
    func commands(for leg: LegID) -> [LegCommand] {
        flatMap { action -> [LegCommand] in
            if case .command(leg, let commands) = action { commands } else { [] }
        }
    }

    /// The number of the last playback begun on a leg.
    func playID(on leg: LegID) -> Int? {
        commands(for: leg).compactMap { if case .play(let id, _, _, _) = $0 { id } else { nil } }.last
    }
}
