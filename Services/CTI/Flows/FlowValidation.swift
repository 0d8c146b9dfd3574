import Contracts

/// Whether a flow may be published: a pure function from a flow to its problems.
enum FlowValidation {
    static let mostNodes = 500
    static let longestText = 2000

    /// One thing that is wrong, in words for the author.
    struct Problem: Codable, Sendable, Equatable {
        /// The node it is about; nil for the whole flow.
        let node: String?
        let message: String
    }

    /// - Throws: `Failure.invalid` that names every problem.
    static func check(_ flow: Flow) throws(Failure) { try refuse(problems(of: flow)) }

    /// - Throws: `Failure.invalid` that names every problem, if there is any.
    static func refuse(_ problems: [Problem]) throws(Failure) {
        guard problems.isEmpty else {
            let sentences = problems.prefix(20).map { problem in
                problem.node.map { "\($0): \(problem.message)" } ?? problem.message
            }
            throw Failure(.invalid, sentences.joined(separator: " "), code: "flowInvalid")
        }
    }

    /// In the order of the node names.
    static func problems(of flow: Flow) -> [Problem] {
        var problems: [Problem] = []
        if flow.schema != Flow.schema { problems.append(Problem(node: nil, message: "The schema must be 1.")) }
        if flow.name.isEmpty || flow.name.count > 100 {
            problems.append(Problem(node: nil, message: "The name must have 1 to 100 characters."))
        }
        if !isLanguage(flow.language) {
            problems.append(Problem(node: nil, message: "The language must be zh or en."))
        }
        guard flow.nodes.count <= mostNodes else {
            return problems + [Problem(node: nil, message: "There are more than \(mostNodes) nodes.")]
        }
        problems += drawing(flow.layout ?? [:])
        guard flow.nodes[flow.start] != nil else {
            return problems + [Problem(node: nil, message: "There is no node “\(flow.start)” to start at.")]
        }
        return problems + nodes(flow.nodes, among: Set(flow.nodes.keys)) + ways(through: flow)
    }

    private static func drawing(_ layout: [String: [Double]]) -> [Problem] {
        let isDrawn =
            layout.count <= mostNodes
            && layout.values.allSatisfy { $0.count == 2 && $0.allSatisfy { abs($0) <= 1_000_000 } }
        return isDrawn ? [] : [Problem(node: nil, message: "“layout” has two numbers for each node.")]
    }

    /// What each node holds, and whether the nodes it leads to are there.
    static func nodes(_ nodes: [String: FlowNode], among names: Set<String>) -> [Problem] {
        nodes.sorted { $0.key < $1.key }.flatMap { name, node in
            contents(of: node).map { Problem(node: name, message: $0) }
                + node.targets.filter { !names.contains($0.node) }.map { target in
                    Problem(node: name, message: "“\(target.field)” leads to “\(target.node)”, which is missing.")
                }
        }
    }

    private static func ways(through flow: Flow) -> [Problem] {
        let names = flow.nodes.keys.sorted()
        let reachable = closure(from: [flow.start]) { name in flow.nodes[name]?.targets.map(\.node) ?? [] }
        var backwards: [String: [String]] = [:]
        for (name, node) in flow.nodes {
            for target in node.targets { backwards[target.node, default: []].append(name) }
        }
        let exits = names.filter { name in flow.nodes[name].map(mayEnd) ?? false }
        let leaving = closure(from: exits) { backwards[$0] ?? [] }
        let spinning = names.filter { spins($0, in: flow) }
        return names.filter { !reachable.contains($0) }
            .map { Problem(node: $0, message: "It cannot be reached.") }
            + names.filter { reachable.contains($0) && !leaving.contains($0) }
            .map { Problem(node: $0, message: "From here there is no exit: no queue, transfer or hangUp.") }
            + spinning.map { Problem(node: $0, message: "It comes back to itself without waiting for anything.") }
    }

    /// A menu or collect without `onFailed` hangs up after the last try, a callback, request or conference when it fails.
    private static func mayEnd(_ node: FlowNode) -> Bool {
        switch node {
        case .menu(let menu): menu.onFailed == nil
        case .collect(let collect): collect.onFailed == nil
        case .recognize(let recognize): recognize.onFailed == nil && recognize.onNothing == nil
        case .callback(let callback): callback.onFailed == nil
        case .request(let request): request.onFailed == nil
        case .conference(let conference): conference.onFailed == nil
        default: node.isExit
        }
    }

    private static func spins(_ name: String, in flow: Flow) -> Bool {
        func onward(_ from: String) -> [String] {
            guard let node = flow.nodes[from], !node.waits else { return [] }
            return node.targets.map(\.node)
        }
        return closure(from: onward(name), onward).contains(name)
    }

    private static func closure(from start: [String], _ onward: (String) -> [String]) -> Set<String> {
        var seen = Set(start)
        var open = start
        while let name = open.popLast() {
            for next in onward(name) where seen.insert(next).inserted { open.append(next) }
        }
        return seen
    }
}
