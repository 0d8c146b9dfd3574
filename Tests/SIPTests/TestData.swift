import Foundation

/// Finds the folder of public test data beside the project; nil where there is none.
enum TestData {
    static let folder: URL? = {
        var candidates: [URL] = []
        if let named = ProcessInfo.processInfo.environment["CARILLON_TESTDATA"] {
            candidates.append(URL(fileURLWithPath: named))
        }
        // From Tests/SIPTests/TestData.swift up to the package, from there to what lies beside it; then from where we run.
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let current = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        for root in [package, package.resolvingSymlinksInPath(), current] {
            candidates.append(root.appendingPathComponent("../shared/testdata").standardizedFileURL)
            candidates.append(root.appendingPathComponent("../../shared/testdata").standardizedFileURL)
        }
        return candidates.first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    static var hasTorture: Bool {
        guard let folder else { return false }
        return FileManager.default.fileExists(atPath: folder.appendingPathComponent("rfc4475").path)
    }

    static func torture(_ name: String) throws -> [UInt8] {
        guard let folder else { throw Missing() }
        return try Array(Data(contentsOf: folder.appendingPathComponent("rfc4475/\(name).dat")))
    }

    struct Missing: Error {}
}
