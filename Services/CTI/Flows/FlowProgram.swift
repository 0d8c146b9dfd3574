import Contracts

/// All that a call needs to go through a flow: the flow, the sub-flows it may lead to, and the tenant's lists of
/// numbers, as they were when the call began. Nothing that is published later touches it.
struct FlowProgram: Sendable, Equatable {
    let main: PublishedFlow
    var parts: [FlowID: PublishedFlow] = [:]
    var lists: [String: Set<String>] = [:]

    func part(_ part: FlowID?) -> PublishedFlow? { part.map { parts[$0] } ?? main }
}

/// What a run sees of the world at one moment.
struct FlowScene: Sendable {
    let program: FlowProgram
    let now: Timestamp
    /// The call's id, for who is asked something of it.
    var call = ""
}

extension TenantBook {
    /// More sub-flows than these are not followed.
    static let mostParts = 50

    /// The flow with everything it may lead to.
    func program(_ main: PublishedFlow) -> FlowProgram {
        var program = FlowProgram(main: main, lists: lists)
        var open = main.flow.subFlows
        while let name = open.popFirst(), program.parts.count < Self.mostParts {
            guard program.parts[name] == nil, let part = flows[name] else { continue }
            program.parts[name] = part
            open.formUnion(part.flow.subFlows)
        }
        return program
    }

    func program(forNumber number: String) -> FlowProgram? { flow(forNumber: number).map(program) }
}

extension Flow {
    /// Those it names itself.
    var subFlows: Set<FlowID> {
        Set(nodes.values.compactMap { if case .subFlow(let node) = $0 { FlowID(rawValue: node.flow) } else { nil } })
    }
}
