import Testing

@testable import CRM

@Suite struct PhoneNumbersTests {
    let numbers = PhoneNumbers(countryCode: "86")

    @Test(arguments: ["13800138000", "+8613800138000", "+86 138 0013 8000", "0086-138-0013-8000", "013800138000"])
    func `one number has one key`(text: String) {
        #expect(numbers.key(text) == "13800138000")
    }

    @Test func `numbers of other countries, short numbers and extensions are left as they are`() {
        #expect(numbers.key("+442079460000") == "+442079460000")
        #expect(numbers.key("00442079460000") == "+442079460000")
        #expect(numbers.key("10086") == "10086")
        #expect(numbers.key("0123") == "0123")
        #expect(numbers.key("+8610086") == "+8610086")
    }

    @Test(arguments: ["", "1", "call me", "123x", "１３８", String(repeating: "1", count: 21)])
    func `what is not a number has none`(text: String) {
        #expect(numbers.key(text) == nil)
    }
}
