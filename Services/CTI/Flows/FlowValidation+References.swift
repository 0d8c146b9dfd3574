import Contracts

/// Whether what a flow refers to is there: sub-flows and lists of the same tenant.
extension FlowValidation {
    /// - Parameter flowID: what the flow is to be published as; nil if that is not known.
    static func references(of flow: Flow, as flowID: FlowID?, in book: TenantBook) -> [Problem] {
        flow.nodes.sorted { $0.key < $1.key }.compactMap { name, node in
            switch node {
            case .subFlow(let sub):
                problem(with: FlowID(rawValue: sub.flow), flowID, book).map { .init(node: name, message: $0) }
            case .list(let list) where book.lists[list.list] == nil:
                Problem(node: name, message: "“list”: there is no list “\(list.list)”.")
            default: nil
            }
        }
    }

    private static func problem(with sub: FlowID, _ flowID: FlowID?, _ book: TenantBook) -> String? {
        guard sub != flowID else { return "“flow”: the flow would lead into itself." }
        guard book.flows[sub] != nil else { return "“flow”: there is no published flow “\(sub)”." }
        var seen: Set<FlowID> = [sub]
        var open = seen
        while let next = open.popFirst() {
            let inner = book.flows[next]?.flow.subFlows ?? []
            if let flowID, inner.contains(flowID) { return "“flow”: “\(sub)” leads back into this flow." }
            open.formUnion(inner.subtracting(seen))
            seen.formUnion(inner)
        }
        return nil
    }
}
