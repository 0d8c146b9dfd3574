import Testing

@testable import SandboxCarrier

@Suite struct OptionsTests {
    @Test func `a range of numbers keeps its leading zeros`() {
        #expect(NumberRange(argument: "0098-0101")?.all == ["0098", "0099", "0100", "0101"])
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
