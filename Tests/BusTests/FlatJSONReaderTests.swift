import Contracts
import Foundation
import Testing

@testable import Bus

/// Headers are read by hand, and by the decoder where they are unusual; nobody can tell which.
@Suite struct FlatJSONReaderTests {
    private static let headers = [
        #"{"id":1,"name":"a.b","from":"acd/1","milliseconds":900}"#,
        #" { "milliseconds" : 9 , "id":18446744073709551615,"name":"","from":"cti/12" } "#,
        #"{"id":1,"name":"a","from":"acd/1","milliseconds":9,"shard":63,"epoch":4,"ownerEpoch":0,"tenant":"t","key":"k","trace":"x"}"#,
        #"{"id":1,"name":"电话","from":"acd/1","milliseconds":9,"later":"x","also":-3,"and":true,"or":false}"#,
        #"{"id":1,"name":"a\"\u00e9\\","from":"acd\/1","milliseconds":9,"tenant":null}"#,
        #"{"id":1,"name":"a","from":"acd/1","milliseconds":9,"later":{"deep":[1]},"more":1.5}"#,
    ]
    private static let none = [
        "", "{", "{}", "[]", "null", #"{"id":1}"#, #"{"id":1,"name":"a","from":"acd/1","milliseconds":9"#,
        #"{"id":1,"name":"a","from":"acd/1","milliseconds":9}x"#,

        #"{"id":-1,"name":"a","from":"acd/1","milliseconds":9}"#,
        #"{"id":01,"name":"a","from":"acd/1","milliseconds":9}"#,
        #"{"id":1,"name":"a","from":"evil/1","milliseconds":9}"#,
        #"{"id":"1","name":"a","from":"acd/1","milliseconds":9}"#,
        #"{"id":1,"name":a,"from":"acd/1","milliseconds":9}"#, #"{"id":1 "name":"a","from":"acd/1","milliseconds":9}"#,
        #"{"id":1,"name":"a","from":"acd/1","milliseconds":9,"shard":64}"#,
        #"{"id":99999999999999999999,"name":"a","from":"acd/1","milliseconds":9}"#,
    ]

    @Test(arguments: headers) func `a header is read as the decoder reads it`(_ text: String) throws {
        let expected = try BusJSON.decoder.decode(RequestHeader.self, from: Data(text.utf8))
        #expect(RequestHeader(json: Data(text.utf8)) == expected)
        #expect(RequestHeader(json: expected.json) == expected)
        #expect(try BusJSON.decoder.decode(RequestHeader.self, from: expected.json) == expected)
    }

    @Test(arguments: none) func `what is no header is none`(_ text: String) {
        #expect(RequestHeader(json: Data(text.utf8)) == nil)
    }

    @Test func `bytes that are no text are none`() {
        var bytes = Data(Self.headers[0].utf8)
        for index in bytes.indices {
            bytes[index] ^= 0x80
            #expect(RequestHeader(json: bytes) == nil, "\(index)")
            bytes[index] ^= 0x80
        }
    }

    @Test func `an answer's header is read, whatever else it says`() throws {
        #expect(ReplyHeader(json: ReplyHeader(id: 7, ok: true).json) == ReplyHeader(id: 7, ok: true))
        #expect(ReplyHeader(json: Data(#"{"ok":false,"more":null,"id":8}"#.utf8)) == ReplyHeader(id: 8, ok: false))
        for text in [#"{"id":7}"#, #"{"id":7,"ok":1}"#, #"{"id":7,"ok":tru}"#, #"{"ok":true}"#] {
            #expect(ReplyHeader(json: Data(text.utf8)) == nil, "\(text)")
        }
    }

    @Test(arguments: ["a", "quo\"te\\", "\u{1}\n", "电话", ""]) func `a fact's header says what was written`(
        _ text: String
    ) throws {
        let fact = Envelope(
            type: "a.b", version: 2, stream: "cti/1@5", number: 1 << 62, tenant: TenantID(rawValue: text),
            subject: text,
            time: Timestamp(microseconds: -5), trace: text, body: Data("{}".utf8))
        let frames = try #require(EventFrames(fact))
        #expect(EventFrames.read(frames.frames, from: .cti) == fact)
    }
}
