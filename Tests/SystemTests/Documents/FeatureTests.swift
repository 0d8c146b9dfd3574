import Foundation
import Testing

/// The page of features names the tests that show each; they are there.
@Suite struct FeatureTests {
    @Test
    func
        `each suite that the page of features names exists, and each IVR and CTI row names one of its rules and one end to end`()
        throws
    {
        let page = try String(
            contentsOf: RunningSuite.root.appendingPathComponent("docs/features.md"), encoding: .utf8)
        let (suites, systemSuites) = try Self.suites()
        var shown: [String: (rules: Bool, ends: Bool)] = [:]
        for row in page.split(separator: "\n") where row.hasPrefix("| ") {
            let cells = row.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count > 3, let named = cells[3].range(of: "tests: ") else { continue }
            let names = cells[3][named.upperBound...].split(whereSeparator: { ";,".contains($0) })
                .map { $0.trimmingCharacters(in: .whitespaces) }
            for name in names { #expect(suites.contains(name), "\(cells[1]) names \(name)") }
            for id in Self.ids(cells[1]) {
                let known = shown[id] ?? (false, false)
                shown[id] = (
                    known.rules || names.contains { !systemSuites.contains($0) },
                    known.ends || names.contains { systemSuites.contains($0) }
                )
            }
        }
        for id in (6...22).map({ "MS-\($0)" }) + (1...23).map({ "CTI-\($0)" }) {
            #expect(shown[id]?.rules == true, "\(id) names no test of its rules")
            #expect(shown[id]?.ends == true, "\(id) names no test end to end")
        }
    }

    /// `MS-1, CTI-8 (part)` and `ACD-3..6`.
    private static func ids(_ cell: Substring) -> [String] {
        cell.split(separator: ",").flatMap { item -> [String] in
            let word = item.trimmingCharacters(in: .whitespaces).split(separator: " ").first ?? ""
            guard let dash = word.lastIndex(of: "-") else { return [] }
            let ends = word[word.index(after: dash)...].components(separatedBy: "..").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return [] }
            return (first...last).map { "\(word[..<dash])-\($0)" }
        }
    }

    /// All suites, and those that run against separate processes; the web client's are files.
    private static func suites() throws -> (all: Set<String>, system: Set<String>) {
        var (all, system) = (Set<String>(), Set<String>())
        let folder = RunningSuite.root.appendingPathComponent("Tests")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            if file.lastPathComponent.hasSuffix(".tests.js") { all.insert(file.lastPathComponent) }
            guard file.pathExtension == "swift" else { continue }
            let isSystem = file.path.contains("/Tests/SystemTests/") && !file.path.contains("/Documents/")
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            where line.hasPrefix("@Suite") || line.hasPrefix("struct ") {
                guard
                    let name = line.components(separatedBy: "struct ").last?.prefix(while: {
                        $0.isLetter || $0.isNumber
                    })
                else { continue }
                all.insert(String(name))
                if isSystem { system.insert(String(name)) }
            }
        }
        return (all, system)
    }
}
