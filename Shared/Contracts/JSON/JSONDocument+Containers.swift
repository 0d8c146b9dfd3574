/// What a `Decodable` value reads itself from: one value of a ``JSONDocument``.
struct JSONValueReader: Decoder {
    let document: JSONDocument
    let place: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try document.expect(.object, at: place)
        return KeyedDecodingContainer(JSONObjectReader(document: document, object: place))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try document.expect(.array, at: place)
        return JSONArrayReader(document, array: place)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

extension JSONValueReader: SingleValueDecodingContainer {
    func decodeNil() -> Bool { document.isNull(at: place) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try document.value(type, at: place) }
    func decode(_ type: Bool.Type) throws -> Bool { try document.bool(at: place) }
    func decode(_ type: String.Type) throws -> String { try document.text(at: place) }
    func decode(_ type: Double.Type) throws -> Double { try document.floating(at: place) }
    func decode(_ type: Float.Type) throws -> Float { try document.floating(at: place) }
    func decode(_ type: Int.Type) throws -> Int { try document.integer(at: place) }
    func decode(_ type: Int8.Type) throws -> Int8 { try document.integer(at: place) }
    func decode(_ type: Int16.Type) throws -> Int16 { try document.integer(at: place) }
    func decode(_ type: Int32.Type) throws -> Int32 { try document.integer(at: place) }
    func decode(_ type: Int64.Type) throws -> Int64 { try document.integer(at: place) }
    func decode(_ type: UInt.Type) throws -> UInt { try document.integer(at: place) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try document.integer(at: place) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try document.integer(at: place) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try document.integer(at: place) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try document.integer(at: place) }
}

/// The fields of an object.
struct JSONObjectReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let document: JSONDocument
    let object: Int

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { document.names(in: object).compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { document.find(key.stringValue, in: object) != nil }

    private func place(_ key: Key) throws -> Int {
        guard let place = document.find(key.stringValue, in: object) else { throw JSONDocument.unread }
        return place
    }

    private func reader(_ key: Key) throws -> JSONValueReader {
        JSONValueReader(document: document, place: try place(key))
    }

    func decodeNil(forKey key: Key) throws -> Bool { document.isNull(at: try place(key)) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try document.value(type, at: try place(key))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try reader(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try reader(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { throw document.givenUp() }

    func superDecoder(forKey key: Key) throws -> any Decoder { throw document.givenUp() }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try document.bool(at: place(key)) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try document.text(at: place(key)) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try document.floating(at: place(key)) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try document.floating(at: place(key)) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try document.integer(at: place(key)) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try document.integer(at: place(key)) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try document.integer(at: place(key)) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try document.integer(at: place(key)) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try document.integer(at: place(key)) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try document.integer(at: place(key)) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try document.integer(at: place(key)) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try document.integer(at: place(key)) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try document.integer(at: place(key)) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try document.integer(at: place(key)) }
}

/// The elements of an array.
struct JSONArrayReader: UnkeyedDecodingContainer {
    let document: JSONDocument
    let array: Int
    private(set) var currentIndex = 0
    private var place: Int

    init(_ document: JSONDocument, array: Int) {
        self.document = document
        self.array = array
        place = array + 1
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { document.count(of: array) }
    var isAtEnd: Bool { place >= document.end(of: array) }

    /// The next element, which counts as read once `read` has returned.
    private mutating func take<Value>(_ read: (Int) throws -> Value) throws -> Value {
        guard !isAtEnd else { throw JSONDocument.unread }
        let value = try read(place)
        place = document.end(of: place)
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, document.isNull(at: place) else {
            if isAtEnd { throw JSONDocument.unread }
            return false
        }
        return try take { _ in true }
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try take { [document] in try document.value(type, at: $0) }
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try take { [document] in try JSONValueReader(document: document, place: $0).container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take { [document] in try JSONValueReader(document: document, place: $0).unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { throw document.givenUp() }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try take { [document] in try document.bool(at: $0) } }
    mutating func decode(_ type: String.Type) throws -> String { try take { [document] in try document.text(at: $0) } }
    mutating func decode(_ type: Double.Type) throws -> Double {
        try take { [document] in try document.floating(at: $0) }
    }
    mutating func decode(_ type: Float.Type) throws -> Float {
        try take { [document] in try document.floating(at: $0) }
    }
    mutating func decode(_ type: Int.Type) throws -> Int { try take { [document] in try document.integer(at: $0) } }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try take { [document] in try document.integer(at: $0) } }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try take { [document] in try document.integer(at: $0) } }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try take { [document] in try document.integer(at: $0) } }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try take { [document] in try document.integer(at: $0) } }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try take { [document] in try document.integer(at: $0) } }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try take { [document] in try document.integer(at: $0) } }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 {
        try take { [document] in try document.integer(at: $0) }
    }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 {
        try take { [document] in try document.integer(at: $0) }
    }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 {
        try take { [document] in try document.integer(at: $0) }
    }
}
