import Foundation
import Testing

@testable import Database

@Suite struct TextTests {
    @Test(arguments: [[], ["a"], ["", "NULL", "null"], [#"a"b\c"#, "{x,y}", " 中文 \n"], [nil, "b"]] as [[String?]])
    func `an array survives its text`(_ elements: [String?]) {
        #expect(ArrayText.decode(ArrayText.encode(elements)) == elements)
    }

    @Test(arguments: ["", "{", "}", "{a", "{a,", #"{"a"#, #"{"a\"#, "{a}b", "{{a}}", "a", "{}}", #"{"a"b}"#])
    func `what is no array is refused`(_ text: String) {
        #expect(ArrayText.decode(text) == nil)
    }

    @Test(arguments: [
        ("1970-01-01 00:00:00+00", 0), ("2024-02-29 23:59:59.5+00", 1_709_251_199.5), ("2000-03-01", 951_868_800),
        ("1969-12-31 23:59:59.25+00", -0.75), ("0001-01-01 00:00:00+00", -62_135_596_800),
    ])
    func `a time is read`(_ text: String, _ seconds: Double) {
        #expect(TimestampText.decode(text) == Date(timeIntervalSince1970: seconds))
    }

    @Test(arguments: [
        "", "infinity", "-infinity", "2024-13-01", "2024-01-01 10:00:00-05", "2024-01-01 10:00:00.5-05", "2024-01",
        "99999999999999999999-01-01", "0044-03-15 00:00:00+00 BC",
    ])
    func `what is no time is refused`(_ text: String) {
        #expect(TimestampText.decode(text) == nil)
    }

    @Test(arguments: [-99_999_999_999.5, -1, 0, 0.000001, 1_709_251_199.123456, 253_402_300_800])
    func `a time survives its text`(_ seconds: Double) throws {
        let text = TimestampText.encode(Date(timeIntervalSince1970: seconds))
        guard !text.hasSuffix("BC") else { return }
        let read = try #require(TimestampText.decode(text))
        #expect(abs(read.timeIntervalSince1970 - seconds) < 0.000_001)
    }

    @Test(arguments: [Double.infinity, -.infinity, 1e300, -1e300])
    func `a time beyond PostgreSQL's is infinite`(_ seconds: Double) {
        #expect(TimestampText.encode(Date(timeIntervalSince1970: seconds)).hasSuffix("infinity"))
    }

    @Test func `bytes survive their text`() {
        let data = Data((0...255).map { UInt8($0) })
        #expect(ByteaText.decode(ByteaText.encode(data)) == data)
        #expect(ByteaText.decode("\\x0") == nil)
        #expect(ByteaText.decode("\\x0g") == nil)
        #expect(ByteaText.decode("00") == nil)
    }
}
