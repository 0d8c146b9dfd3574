import Foundation
import Testing

/// The web client's own tests, which only a browser can run.
@Suite struct WebClientTests {
    @Test(.timeLimit(.minutes(2))) func `every sentence about the web client's modules is true in Chromium`()
        async throws
    {
        let words = FileManager.default.temporaryDirectory.appendingPathComponent("web-client-\(UUID().uuidString).log")
        defer { try? FileManager.default.removeItem(at: words) }
        let tests = RunningSuite.root.appendingPathComponent("Tests/WebClientTests/run")
        let finished = try await run(tests.path, output: words)
        // The page's own words: each sentence that is not true, with what it saw.
        #expect(finished.status == 0, "\(finished.words)")
        #expect(finished.words.contains("web client tests passed"), "\(finished.words)")
    }
}
