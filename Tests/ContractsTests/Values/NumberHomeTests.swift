import Contracts
import Testing

/// What a number is in E.164, however it is written.
@Suite struct NumberHomeTests {
    private let china = NumberHome()
    private let beijing = NumberHome(country: "86", area: "10")

    @Test(arguments: [
        "+86 138-0013-8000", "8613800138000", "13800138000", "013800138000", "008613800138000", "+8613800138000",
        "(138) 0013.8000",
    ])
    func `one mobile number is one however it is written`(text: String) {
        #expect(china.normal(text) == "+8613800138000")
    }

    @Test(arguments: ["+86 (0)10 6552 1234", "01065521234", "1065521234", "65521234", "00861065521234"])
    func `a number of the area is one with and without the area`(text: String) {
        #expect(beijing.normal(text) == "+861065521234")
    }

    @Test func `two numbers that share their last ten digits are told apart`() {
        let numbers = ["+13800138000", "+8613800138000", "+443800138000", "+493800138000"]
        #expect(Set(numbers.map { china.normal($0) }).count == 4)
        #expect(china.normal("+13800138000") == "+13800138000")
        #expect(china.normal("0013800138000") == "+13800138000")
        #expect(china.normal("13800138000") == "+8613800138000")
        #expect(NumberHome(country: "1").normal("3800138000") == "+13800138000")
        #expect(NumberHome(country: "1").normal("13800138000") == "+13800138000")
    }

    @Test func `a local number of an unknown area stays what it is, and is nobody's of a known one`() {
        #expect(china.normal("65521234") == "65521234")
        #expect(china.normal("65521234") != beijing.normal("65521234"))
        #expect(NumberHome(country: "86", area: "21").normal("65521234") == "+862165521234")
    }

    @Test(arguments: ["110", "10086", "95588", "9516800", "12345678"])
    func `service numbers have no country`(text: String) {
        #expect(beijing.normal(text) == text)
    }

    @Test func `numbers that belong to no area are the country's`() {
        #expect(beijing.normal("4008001234") == "+864008001234")
        #expect(NumberHome(country: "44").normal("02079460000") == "+442079460000")
        #expect(NumberHome(country: "39").normal("0612345678") == "+390612345678")
        #expect(NumberHome(country: "852").normal("85221234567") == "+85221234567")
        #expect(NumberHome(country: "852").normal("21234567") == "+85221234567")
    }

    @Test(arguments: ["", "1", "anonymous", "12a45", "１３８", "+", "1+2", "+123456789012345678", "*31#+1"])
    func `what is no number has none`(text: String) {
        #expect(china.normal(text) == nil)
    }

    @Test func `a service code is as it is dialled`() {
        #expect(china.normal("*31#") == "*31#")
    }

    @Test func `a home is digits without a 0 in front`() {
        #expect(china.isSound && beijing.isSound)
        #expect(
            !NumberHome(country: "").isSound && !NumberHome(country: "0").isSound && !NumberHome(country: "8a").isSound)
        #expect(!NumberHome(country: "86", area: "010").isSound && !NumberHome(country: "86", area: "123456").isSound)
    }

    @Test(arguments: 0..<500)
    func `what is normal stays as it is`(seed: Int) throws {
        var random = Numbers(state: UInt64(seed))
        let text = random.text()
        for home in [china, beijing, NumberHome(country: "1"), NumberHome(country: "44", area: "20")] {
            guard let normal = home.normal(text) else { continue }
            #expect(home.normal(normal) == normal, "\(text)")
        }
    }

    /// The same texts each time.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }

        mutating func text() -> String {
            let alphabet = Array("+00112345678986 -()")
            let count = Int.random(in: 0...18, using: &self)
            return String((0..<count).map { _ in alphabet.randomElement(using: &self) ?? "0" })
        }
    }
}
