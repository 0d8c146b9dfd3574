import Contracts
public import Foundation

/// How the bodies of the bus are written and read: as ``WireJSON`` does it.
public enum BusJSON {
    public static let encoder = Encoder()
    public static let decoder = Decoder()

    /// - Throws: as ``WireJSON/encode(_:)``.
    public struct Encoder: Sendable {
        public func encode(_ value: some Encodable) throws -> Data { try WireJSON.encode(value) }
    }

    /// - Throws: as ``WireJSON/decode(_:from:)``.
    public struct Decoder: Sendable {
        public func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
            try WireJSON.decode(type, from: data)
        }
    }
}
