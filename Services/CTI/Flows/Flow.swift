import Contracts
import Foundation

/// What a caller hears and is asked before he reaches an agent: named nodes, and which of them comes after which.
///
/// The document is JSON; `schema` is 1. Its full description is in the README, its rules in ``FlowValidation``.
struct Flow: Codable, Sendable, Equatable {
    static let schema = 1

    /// The version of this document format.
    var schema: Int
    var name: String
    /// `zh` or `en`: spoken where a text names no language.
    var language: String
    /// The node a call begins at.
    var start: String
    var nodes: [String: FlowNode]
    /// Where each node stands in its drawing, from the left and from the top; whoever edits the flow next sees it so.
    var layout: [String: [Double]]?

    init(
        schema: Int, name: String, language: String, start: String, nodes: [String: FlowNode],
        layout: [String: [Double]]? = nil
    ) {
        self.schema = schema
        self.name = name
        self.language = language
        self.start = start
        self.nodes = nodes
        self.layout = layout
    }

    /// Reads a document from outside.
    /// - Throws: `Failure.invalid` with a sentence that says where it is wrong.
    static func read(_ document: Data) throws(Failure) -> Flow {
        do {
            return try JSONDecoder().decode(Flow.self, from: document)
        } catch let error as DecodingError {
            throw Failure(.invalid, sentence(error), code: "flowUnreadable")
        } catch {
            throw Failure(.invalid, "The flow is not JSON.", code: "flowUnreadable")
        }
    }

    /// - Parameter whole: what the document is called, where no path leads to the fault.
    static func sentence(_ error: DecodingError, about whole: String = "The flow") -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.isEmpty ? whole : context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(path(context)) lacks “\(key.stringValue)”."
        case .typeMismatch(_, let context): "\(path(context)) has the wrong type."
        case .valueNotFound(_, let context): "\(path(context)) is null."
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "\(whole) is not JSON." : "\(path(context)): \(context.debugDescription)"
        @unknown default: "\(whole) cannot be read."
        }
    }
}

/// A flow as it was published: running calls keep the version they began with.
struct PublishedFlow: Sendable, Equatable {
    let flowID: FlowID
    let version: Int
    let flow: Flow
}

/// Something to be heard, as a flow writes it: `{"file": "welcome"}`, `{"say": "Hello"}` or `{"music": true}`.
struct FlowPrompt: Codable, Sendable, Equatable {
    var file: String?
    /// Text; `{name}` stands for the attribute of that name.
    var say: String?
    /// Of the text; the flow's language if there is none.
    var language: String?
    var music: Bool?

    init(file: String? = nil, say: String? = nil, language: String? = nil, music: Bool? = nil) {
        self.file = file
        self.say = say
        self.language = language
        self.music = music
    }
}
