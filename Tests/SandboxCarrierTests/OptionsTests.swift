import ArgumentParser
import Foundation
import Testing

@testable import SandboxCarrier

@Suite struct OptionsTests {
    @Test func `a range of numbers keeps its leading zeros`() {
        #expect(NumberRange(argument: "0098-0101")?.all == ["0098", "0099", "0100", "0101"])
    }

    @Test func `telephones have their password from a file or from the environment`() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try "from the file\n".write(to: file, atomically: true, encoding: .utf8)
        let named = try PhoneOptions.parse(["--phones", "1001", "--password-file", file.path])
        #expect(try named.secret([:]) == "from the file")
        #expect(try named.settings(registrar: HostPort("127.0.0.1", 5060))?.password == "from the file")
        let unnamed = try PhoneOptions.parse([])
        #expect(try unnamed.secret(["SANDBOX_PASSWORD": "from outside"]) == "from outside")
        #expect(throws: (any Error).self) { try unnamed.secret([:]) }
        #expect(throws: (any Error).self) { try PhoneOptions.parse(["--phones", "1001", "--password-file", "/none"]) }
    }

    @Test func `one number is a range of one`() { #expect(NumberRange(argument: "1001")?.all == ["1001"]) }

    @Test(arguments: ["", "-", "9-1", "a-b", "1-99999999999999999999"])
    func `a range that makes no sense is refused`(text: String) { #expect(NumberRange(argument: text) == nil) }

    @Test(arguments: ["10-30", "10…30", "10...30"])
    func `seconds may be written in three ways`(text: String) {
        #expect(SecondsRange(argument: text)?.range == 10...30)
    }

    @Test(arguments: ["127.0.0.1", ":5060", "host:70000", "a:b:c"])
    func `an address without a host and a port is refused`(text: String) {
        #expect(HostPort(argument: text) == nil)
    }
}
