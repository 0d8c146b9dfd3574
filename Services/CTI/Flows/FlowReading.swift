import Contracts
import Foundation

/// A document that may be unfinished, read as far as it can be: the flow, if all of it is readable, and everything that
/// is wrong, each with its node.
struct FlowReading {
    /// Nil if a part of it cannot be read.
    let flow: Flow?
    let problems: [FlowValidation.Problem]

    init(_ document: JSONValue) {
        guard case .object(let fields) = document else {
            (flow, problems) = (nil, [Self.problem("The flow must be a JSON object.")])
            return
        }
        var problems = Flow.requiredFields.filter { fields[$0] == nil }.map { Self.problem("The flow lacks “\($0)”.") }
        let written: [String: JSONValue] = if case .object(let nodes)? = fields["nodes"] { nodes } else { [:] }
        if written.count > FlowValidation.mostNodes {
            problems.append(Self.problem("There are more than \(FlowValidation.mostNodes) nodes."))
        }
        var nodes: [String: FlowNode] = [:]
        for (name, node) in written.sorted(by: { $0.key < $1.key }).prefix(FlowValidation.mostNodes) {
            let (read, wrong) = Self.read(node)
            nodes[name] = read
            problems += wrong.map { .init(node: name, message: $0) }
        }
        if problems.isEmpty {
            do throws(Failure) {
                let flow = try Flow.read(document)
                (self.flow, self.problems) = (flow, FlowValidation.problems(of: flow))
                return
            } catch { problems.append(Self.problem(error.message)) }
        }
        // Which nodes can be reached is not known as long as some cannot be read.
        (flow, self.problems) = (nil, problems + FlowValidation.nodes(nodes, among: Set(written.keys)))
    }

    /// The same, with what it refers to.
    init(_ document: JSONValue, as flowID: FlowID? = nil, in book: TenantBook) {
        let reading = FlowReading(document)
        flow = reading.flow
        problems =
            reading.problems
            + (reading.flow.map { FlowValidation.references(of: $0, as: flowID, in: book) } ?? [])
    }

    /// - Throws: `Failure.invalid` that names every problem.
    func checked() throws(Failure) -> Flow {
        try FlowValidation.refuse(problems)
        guard let flow else { throw Failure(.invalid, "The flow cannot be read.", code: "flowUnreadable") }
        return flow
    }

    private static func problem(_ message: String) -> FlowValidation.Problem { .init(node: nil, message: message) }

    private static func read(_ node: JSONValue) -> (FlowNode?, [String]) {
        guard case .object(let fields) = node else { return (nil, ["A node must be a JSON object."]) }
        guard let type = fields["type"]?.string else { return (nil, ["It lacks “type”."]) }
        let missing = (FlowNode.requiredFields(of: type) ?? []).filter { fields[$0] == nil || fields[$0] == .null }
        guard missing.isEmpty else { return (nil, missing.map { "It lacks “\($0)”." }) }
        do {
            return (try JSONDecoder().decode(FlowNode.self, from: JSONEncoder().encode(node)), [])
        } catch let error as DecodingError {
            return (nil, [Flow.sentence(error, about: "The node")])
        } catch {
            return (nil, ["The node cannot be read."])
        }
    }
}

extension Flow {
    /// Reads a document of which it is known that it is JSON.
    /// - Throws: `Failure.invalid` with a sentence that says where it is wrong.
    static func read(_ document: JSONValue) throws(Failure) -> Flow {
        guard let data = try? JSONEncoder().encode(document) else {
            throw Failure(.invalid, "The flow is not JSON.", code: "flowUnreadable")
        }
        return try read(data)
    }
}
