import Foundation
import FoundationNetworking
import Testing

/// Forms of the web client are made from what services say of their settings; the words for them stand in the web client.
@Suite struct SettingWordsTests {
    @Test(.timeLimit(.minutes(2)))
    func `every setting that a form asks for, and all that may be chosen, has its words in both languages`()
        async throws
    {
        let suite = try await RunningSuite.shared()
        let words = try Words()
        for (service, names) in try Self.forms() {
            let url = try #require(suite.places.processes.first { $0.key.hasPrefix(service) }?.value)
            let (data, _) = try await URLSession.shared.data(from: try #require(URL(string: url + "/openapi.json")))
            let document = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            let schemas = (document["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]] ?? [:]
            for name in names {
                let schema = try #require(schemas[name], "\(service) describes no \(name)")
                var asked = Asked(schemas: schemas)
                asked.look(at: schema, within: [name])
                #expect(!asked.fields.isEmpty, "\(name) has no settings")
                #expect(words.missing(fields: asked.fields) == [], "settings of \(name)")
                #expect(words.missing(choices: asked.choices) == [], "choices of \(name)")
            }
        }
    }

    /// Which schema of which service each form is made from.
    private static func forms() throws -> [String: Set<String>] {
        var forms: [String: Set<String>] = [
            "cti": ["DeskSettings"], "acd": ["QueueWish"], "crm": ["UserChange"],
            "dialer": ["CampaignWish"], "media-server": [],
        ]
        let resources = try WebClientFiles.text("manage/resources.js")
        let named = resources.matches(of: #/service: "(\w+)", schema: "(\w+)"/#)
        #expect(named.count > 5)
        for match in named {
            forms[match.1 == "media" ? "media-server" : String(match.1), default: []].insert(String(match.2))
        }
        return forms
    }
}

/// What a schema asks for, with all that is in it.
private struct Asked {
    let schemas: [String: [String: Any]]
    var fields: Set<String> = []
    var choices: Set<String> = []

    mutating func look(at schema: [String: Any], within seen: Set<String>) {
        if let name = (schema["$ref"] as? String)?.split(separator: "/").last.map(String.init), !seen.contains(name) {
            look(at: schemas[name] ?? [:], within: seen.union([name]))
        }
        for (name, field) in schema["properties"] as? [String: [String: Any]] ?? [:] {
            fields.insert(name)
            look(at: field, within: seen)
        }
        let inner = ["anyOf", "oneOf", "allOf"].flatMap { schema[$0] as? [[String: Any]] ?? [] }
        let parts = ["items", "additionalProperties"].compactMap { schema[$0] as? [String: Any] }
        for part in inner + parts { look(at: part, within: seen) }
        choices.formUnion((schema["enum"] as? [Any] ?? []).compactMap { $0 as? String })
    }
}

/// The web client's tables of words, and the texts that they name.
private struct Words {
    private let fields: [String: String]
    private let choices: [String: String]
    private let texts: [[String: String]]

    init() throws {
        let manage = try WebClientFiles.text("manage/labels.js")
        let flows = try WebClientFiles.text("flows/labels.js")
        fields = Self.table("settings", in: manage).merging(Self.table("fields", in: flows)) { first, _ in first }
        choices = Self.table("choices", in: flows).merging(Self.table("permissions", in: flows)) { first, _ in first }
        texts = try ["zh-CN", "en"].map { language in
            let text = try WebClientFiles.text("texts/\(language).json")
            return try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        }
    }

    func missing(fields asked: Set<String>) -> [String] { asked.filter { !has(fields[$0]) }.sorted() }
    func missing(choices asked: Set<String>) -> [String] { asked.filter { !has(choices[$0]) }.sorted() }

    private func has(_ key: String?) -> Bool {
        guard let key else { return false }
        return texts.allSatisfy { $0[key]?.isEmpty == false }
    }

    /// `const name = { key: "text.key", … };`
    private static func table(_ name: String, in source: String) -> [String: String] {
        guard let begin = source.range(of: "const \(name) = {"),
            let end = source[begin.upperBound...].range(of: "\n};")
        else { return [:] }
        let entries = source[begin.upperBound..<end.lowerBound].matches(of: #/"?([\w.]+)"?: "([\w.]+)"/#)
        return entries.reduce(into: [:]) { $0[String($1.1)] = String($1.2) }
    }
}

private enum WebClientFiles {
    static func text(_ name: String) throws -> String {
        let file = RunningSuite.root.appendingPathComponent("Services/WebClient/public/\(name)")
        return try String(contentsOf: file, encoding: .utf8)
    }
}
