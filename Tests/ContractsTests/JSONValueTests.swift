import Contracts
import Foundation
import Testing

@Suite struct JSONValueTests {
    @Test func `JSON is read as it was written`() throws {
        let value: JSONValue = ["a": [1, "x", true, .null, .number(0.5)], "b": ["c": -2]]
        #expect(try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value)) == value)
        #expect(String(decoding: try JSONEncoder().encode(JSONValue.number(8080)), as: UTF8.self) == "8080")
    }

    @Test func `what is looked for is found if it is of that kind`() {
        let value: JSONValue = ["name": "amy", "shards": [1, .number(2.5), "x"]]
        #expect(value["name"]?.string == "amy" && value["shards"]?.integers == [1])
        #expect(value["shards"]?.string == nil && value["name"]?.integers == nil && value["none"] == nil)
    }
}
