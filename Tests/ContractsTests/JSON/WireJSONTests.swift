import Contracts
import Foundation
import Testing

/// What ``WireJSON`` writes and reads is what Foundation writes and reads.
@Suite struct WireJSONTests {
    @Test func `messages are read by Foundation as they were written, and the other way round`() throws {
        for message in WireSamples.all { try message.check() }
    }

    @Test func `a field stands where it was declared, so that it is found at once`() throws {
        let text = String(
            decoding: try WireJSON.encode(DequeueCall(callID: CallID(rawValue: "c1"))), as: UTF8.self)
        #expect(text == #"{"callID":"c1"}"#)
        #expect(String(decoding: try WireJSON.encode(Done()), as: UTF8.self) == "{}")
        #expect(String(decoding: try WireJSON.encode(Int?.none), as: UTF8.self) == "null")
        #expect(String(decoding: try WireJSON.encode([Data([1, 2]), Data()]), as: UTF8.self) == #"["AQI=",""]"#)
    }

    @Test(arguments: [
        "", "plain", "quote \" and \\ and / and \u{8}\u{c}\n\r\t\u{0}\u{1f}", "总机 🎐 e\u{301}", "\u{2028}\u{10FFFF}",
        String(repeating: "é", count: 5000),
    ]) func `any text goes to and fro`(text: String) throws {
        try same(text)
        try same([text: [text]])
    }

    @Test func `any number goes to and fro`() throws {
        try same([Int64.min, -1, 0, 9, 10, .max])
        try same([UInt64.max, 0])
        try same([Int8.min, .max])
        try same([0.1, -2.5e-300, 1e300, 3, -0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude])
        try same([Float(0.1), 16_777_216, -3])
        #expect(throws: EncodingError.self) { try WireJSON.encode([Double.nan]) }
        #expect(throws: EncodingError.self) { try WireJSON.encode([Float.infinity]) }
    }

    @Test func `values that Foundation writes in a way of its own go to and fro`() throws {
        let url = try #require(URL(string: "https://example.org/a?b=c"))
        try same([url])
        try same([Date(timeIntervalSince1970: 1_234_567.25)])
        try same([try #require(Decimal(string: "0.1"))])
        try same(["id": UUID()])
        try same([CallID(rawValue: "c1"): 1])
        try same([Data((0...255).map { UInt8($0) })])
        try same([[1, 2], [], [3]])
        try same([String: Int?](dictionaryLiteral: ("a", 1)))
    }

    @Test func `an object that two write together is one`() throws {
        let pop = Joint(name: "amy", age: 7)
        let read = try JSONDecoder().decode(JSONValue.self, from: WireJSON.encode(["x": pop, "y": pop]))
        #expect(read == ["x": ["name": "amy", "age": 7], "y": ["name": "amy", "age": 7]])
    }

    @Test func `who goes on in a container that is closed is served by Foundation`() throws {
        #expect(
            try JSONDecoder().decode(JSONValue.self, from: WireJSON.encode(Disorderly()))
                == ["first": ["a": 1, "b": 2], "second": 3])
        #expect(try JSONDecoder().decode(JSONValue.self, from: WireJSON.encode(Derived())) == ["super": ["base": 1]])
        let derived = try WireJSON.decode(Derived.self, from: Data(#"{"super":{"base":5}}"#.utf8))
        #expect(derived.base == 5)
    }

    @Test(arguments: [
        #"{"callID":"c1"}"#, #" { "callID" : "c1" , "more" : [1, {"a": null}] } "#, #"{"callID":"c\u0031"}"#,
        #"{"call\u0049D":"c1"}"#, #"{"callID":"c1","callID":"c2"}"#, #"{"x":1,"callID":"c1","y":2,"callID":"c2"}"#,
        #"{"callID":"\ud83c\udf90\/"}"#, #"{"callID":"\ud83c"}"#, #"{"callID":"\udf90"}"#, #"{"callID":"\q"}"#,
        #"{"callID":null}"#, #"{"callID":1}"#, #"{"callID":"c1"}}"#, #"{"callID":"c1""#, #"{"callID":}"#, "", " ",
        "null", "[]", "{}", #"{"callID":"c1",}"#, #"{,"callID":"c1"}"#, #"{"callID":"c1" "a":1}"#, "\"", "{\"", "{\"a",
        "{\"callID\":\"\u{1}\"}", #"{"callID":"c1","n":01}"#, #"{"callID":"c1","n":-}"#, #"{"callID":"c1","n":1.}"#,
        #"{"callID":"c1","n":1e}"#, #"{"callID":"c1","n":tru}"#, "\u{FEFF}{\"callID\":\"c1\"}",
        #"{"callID":"\u12"}"#, #"{"callID":"\"#, "nul",
    ]) func `bad and odd JSON is read as Foundation reads it`(text: String) {
        let wire = try? WireJSON.decode(DequeueCall.self, from: Data(text.utf8))
        let foundation = try? JSONDecoder().decode(DequeueCall.self, from: Data(text.utf8))
        #expect(wire == foundation)
    }

    @Test(arguments: [
        "1", "-1", "300", "1.0", "1e2", "1.5", "-0", "18446744073709551615", "99999999999999999999", "true",
    ])
    func `a number is read into each type as Foundation reads it`(text: String) {
        func alike<Value: Decodable & Equatable>(_ type: Value.Type) -> Bool {
            let data = Data("[\(text)]".utf8)
            return (try? WireJSON.decode([Value].self, from: data))
                == (try? JSONDecoder().decode([Value].self, from: data))
        }
        #expect(alike(Int.self) && alike(Int8.self) && alike(UInt8.self) && alike(UInt64.self) && alike(Int64.self))
        #expect(alike(Double.self) && alike(Float.self) && alike(Bool.self) && alike(String.self))
        #expect(alike(Int?.self) && alike(JSONValue.self) && alike(Date.self) && alike(Decimal.self))
    }

    @Test func `bytes that are no text are refused`() {
        let bad = Data([0x7b, 0x22, 0x63, 0x61, 0x6c, 0x6c, 0x49, 0x44, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])
        #expect(throws: DecodingError.self) { try WireJSON.decode(DequeueCall.self, from: bad) }
    }

    @Test func `a cut at any place and any byte changed are read as Foundation reads them`() throws {
        let whole = try JSONEncoder().encode(WireSamples.ended)
        for length in 0..<whole.count {
            #expect(throws: DecodingError.self) { try WireJSON.decode(CallEnded.self, from: whole.prefix(length)) }
        }
        for place in stride(from: 0, to: whole.count, by: 3) {
            for byte in [UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "7"), 0x80, 0] {
                var changed = whole
                changed[place] = byte
                let ours = try? WireJSON.decode(CallEnded.self, from: changed)
                let theirs = try? JSONDecoder().decode(CallEnded.self, from: changed)
                #expect(ours == theirs, "byte \(byte) at \(place)")
            }
        }
    }

    @Test func `what is nested very deep, or has very many fields, is still read`() throws {
        var value: JSONValue = 1
        for _ in 0..<200 { value = [value] }
        try same(value)
        try same(Dictionary(uniqueKeysWithValues: (0..<1000).map { ("key \($0)", $0) }))
        let endless = Data(String(repeating: "[", count: 100_000).utf8)
        #expect(throws: DecodingError.self) { try WireJSON.decode(JSONValue.self, from: endless) }
    }

    private func same<Value: Codable & Equatable>(_ value: Value) throws { try Sample(value).check() }
}

/// A message, and that all ways of writing and reading it agree.
struct Sample<Value: Codable & Equatable>: AnySample {
    let value: Value

    init(_ value: Value) { self.value = value }

    func check() throws {
        #expect(try JSONDecoder().decode(Value.self, from: WireJSON.encode(value)) == value)
        #expect(try WireJSON.decode(Value.self, from: JSONEncoder().encode(value)) == value)
        #expect(try WireJSON.decode(Value.self, from: WireJSON.encode(value)) == value)
        let (ours, theirs) = (try WireJSON.encode(value), try JSONEncoder().encode(value))
        #expect(
            try JSONDecoder().decode(JSONValue.self, from: ours) == JSONDecoder().decode(JSONValue.self, from: theirs))
    }
}

protocol AnySample {
    func check() throws
}

private struct Joint: Encodable {
    let name: String
    let age: Int

    private struct Age: Encodable { let age: Int }
    private struct Name: Encodable { let name: String }

    func encode(to encoder: any Encoder) throws {
        try Name(name: name).encode(to: encoder)
        try Age(age: age).encode(to: encoder)
    }
}

private struct Disorderly: Encodable {
    enum CodingKeys: String, CodingKey { case first, second, a, b }

    func encode(to encoder: any Encoder) throws {
        var outer = encoder.container(keyedBy: CodingKeys.self)
        var inner = outer.nestedContainer(keyedBy: CodingKeys.self, forKey: .first)
        try inner.encode(1, forKey: .a)
        try outer.encode(3, forKey: .second)
        try inner.encode(2, forKey: .b)
    }
}

private class BaseValue: Codable {
    var base = 1
    init() {}
}

private final class Derived: BaseValue {
    enum CodingKeys: String, CodingKey { case `super` }

    override init() { super.init() }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try super.encode(to: container.superEncoder())
    }
}
