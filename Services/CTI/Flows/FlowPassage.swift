import Contracts

/// A caller came to a node, or left it: what the counters of a flow are made of.
struct FlowPassage: Hashable, Sendable {
    /// Ways to leave a node that no field of it names.
    static let hungUp = "hungUp"
    static let callerGone = "callerGone"
    static let answered = "answered"

    let flowID: FlowID
    let version: Int
    let node: String
    /// By which way it was left, such as `next` or `keys.1`; nil: it was entered.
    let exit: String?
}

extension FlowRun {
    /// Of the flow and of its sub-flows.
    var versions: [FlowID: Int] {
        let inner = (parts ?? [:]).map { (FlowID(rawValue: $0.key), $0.value) }
        return Dictionary(inner) { first, _ in first }.merging([flowID: version]) { _, main in main }
    }

    /// The node where the caller is now, left this way.
    func passage(_ exit: String?, in program: FlowProgram) -> FlowPassage {
        FlowPassage(
            flowID: part ?? flowID, version: part == nil ? version : program.part(part)?.version ?? 0, node: node,
            exit: exit)
    }
}
