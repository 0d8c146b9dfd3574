import Contracts
import Foundation
import ServiceKit
import Testing

@Suite struct RunServiceTests {
    @Test func `a wrong setting ends the start with status 78 and one sentence`() async throws {
        let result = await #expect(
            processExitsWith: .exitCode(78), observing: [\.standardErrorContent]
        ) {
            setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing", 1)
            setenv("HTTP_PORT", "eighty", 1)
            await runService(.acd, { _ in 0 }, schema: []) { _, _ in [] }
        }
        let told = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(
            told.contains("acd: Setting HTTP_PORT: “eighty” is not allowed; allowed: a whole number from 1 to 65535."))
    }

    @Test func `without a database there is no start, and the sentence says which setting`() async throws {
        let result = await #expect(
            processExitsWith: .exitCode(78), observing: [\.standardErrorContent]
        ) {
            unsetenv("DATABASE_URL")
            unsetenv("DATABASE_URL_FILE")
            await runService(.acd, { _ in 0 }, schema: []) { _, _ in [] }
        }
        let told = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(told.contains("Setting DATABASE_URL: It is not set."))
    }

    @Test func `what is not a URL is not tried`() async throws {
        let result = await #expect(
            processExitsWith: .exitCode(78), observing: [\.standardErrorContent]
        ) {
            setenv("DATABASE_URL", "not a url", 1)
            await runService(.acd, { _ in 0 }, schema: []) { _, _ in [] }
        }
        let told = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(told.contains("Setting DATABASE_URL:"))
    }
}
