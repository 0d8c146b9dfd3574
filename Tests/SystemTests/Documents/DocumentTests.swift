import Contracts
import Foundation
import Testing

/// The documents say what is there.
@Suite struct DocumentTests {
    @Test(arguments: ["README.md", "README.zh-CN.md", "docs/find-it.md"])
    func `every path that a document names exists`(_ document: String) throws {
        let text = try String(contentsOf: RunningSuite.root.appendingPathComponent(document), encoding: .utf8)
        let quoted = text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
        let paths = quoted.filter { path in
            ["Services/", "Shared/", "docs/", "deploy/", "Tests/"].contains(where: path.hasPrefix)
                && !path.contains(" ")
        }
        #expect(paths.count > 5)
        for path in paths {
            let file = RunningSuite.root.appendingPathComponent(path).path
            #expect(FileManager.default.fileExists(atPath: file), "\(document) names \(path)")
        }
    }

    @Test func `the page of events has a row for each event and no other`() throws {
        let page = RunningSuite.root.appendingPathComponent("docs/events.md")
        let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
        let described = rows.compactMap { row -> String? in
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 2 else { return nil }
            return cells[1] + " " + cells[0].replacingOccurrences(of: "`", with: "")
        }
        let known =
            EventCatalogue.facts.map { "fact " + $0.topic } + EventCatalogue.signals.map { "signal " + $0.topic }
        #expect(described == known)
    }

    @Test func `no service imports another`() throws {
        let services = [
            "ACD", "CTI", "MediaServer", "Dialer", "CRM", "Reporting", "SandboxCarrier", "CarillonCLI", "Bench",
        ]
        for service in services {
            let folder = RunningSuite.root.appendingPathComponent("Services/\(service)")
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                guard file.pathExtension == "swift" else { continue }
                let imports = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                    .filter { $0.hasPrefix("import ") || $0.hasPrefix("public import ") }
                    .compactMap { $0.split(separator: " ").last.map(String.init) }
                #expect(Set(imports).isDisjoint(with: services), "\(file.path)")
            }
        }
    }
}
