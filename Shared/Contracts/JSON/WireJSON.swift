public import Foundation

/// The JSON of events, requests and contexts, for any `Codable`: what Foundation writes and reads, in a fraction of its time.
///
/// Foundation builds a tree of objects and dictionaries between value and bytes; a call is some hundred messages, and that
/// was most of their cost. Here a value is written straight into bytes, in the order of its fields, and bytes are read with
/// one pass that notes where each value lies. What is unusual (a decimal number, a field twice, an escaped name, nesting
/// that is very deep) and all that is wrong is left to Foundation, which so has the last word on both.
public enum WireJSON {
    /// - Throws: `EncodingError` if the value holds what JSON cannot, such as a number that is not finite.
    public static func encode(_ value: some Encodable) throws -> Data {
        let writer = JSONWriter()
        if (try? writer.write(value, level: 0)) != nil, let data = writer.data { return data }
        return try encoder.encode(value)
    }

    /// - Throws: `DecodingError` if the bytes are not such a value.
    public static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        if let document = JSONDocument(data), let value = try? document.value(type, at: 0), !document.isUnusual {
            return value
        }
        return try decoder.decode(type, from: data)
    }

    private static let encoder = JSONEncoder()
    private static let decoder = JSONDecoder()
}
