/// What an `Encodable` value writes itself to: one value of a ``JSONWriter``.
struct JSONValueWriter: Encoder {
    let writer: JSONWriter
    /// So many containers are open around it.
    let level: Int
    let value: UInt32

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        writer.open(.object, level: level, value: value)
        return KeyedEncodingContainer(JSONObjectWriter(writer: writer, level: level, value: value))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        writer.open(.array, level: level, value: value)
        return JSONArrayWriter(writer: writer, level: level, value: value)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension JSONValueWriter: SingleValueEncodingContainer {
    func encodeNil() { writer.writeNull() }
    func encode<Value: Encodable>(_ value: Value) throws { try writer.write(value, level: level) }
    func encode(_ value: Bool) { writer.write(value) }
    func encode(_ value: String) { writer.write(value) }
    func encode(_ value: Double) { writer.write(value) }
    func encode(_ value: Float) { writer.write(value) }
    func encode(_ value: Int) { writer.write(value) }
    func encode(_ value: Int8) { writer.write(value) }
    func encode(_ value: Int16) { writer.write(value) }
    func encode(_ value: Int32) { writer.write(value) }
    func encode(_ value: Int64) { writer.write(value) }
    func encode(_ value: UInt) { writer.write(value) }
    func encode(_ value: UInt8) { writer.write(value) }
    func encode(_ value: UInt16) { writer.write(value) }
    func encode(_ value: UInt32) { writer.write(value) }
    func encode(_ value: UInt64) { writer.write(value) }
}

/// The fields of an object.
struct JSONObjectWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    let level: Int
    let value: UInt32

    var codingPath: [any CodingKey] { [] }

    private func field(_ key: Key) {
        writer.next(level: level, value: value)
        writer.key(key.stringValue)
    }

    func encodeNil(forKey key: Key) {
        field(key)
        writer.writeNull()
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        field(key)
        try writer.write(value, level: level + 1)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        field(key)
        return JSONValueWriter(writer: writer, level: level + 1, value: writer.begin()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        field(key)
        return JSONValueWriter(writer: writer, level: level + 1, value: writer.begin()).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        writer.giveUp()
        return JSONValueWriter(writer: writer, level: level + 1, value: writer.begin())
    }

    func superEncoder(forKey key: Key) -> any Encoder { superEncoder() }

    func encode(_ value: Bool, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: String, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: Double, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: Float, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: Int, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: Int8, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: Int16, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: Int32, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: Int64, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: UInt, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: UInt8, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: UInt16, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: UInt32, forKey key: Key) {
        field(key)
        writer.write(value)
    }
    func encode(_ value: UInt64, forKey key: Key) {
        field(key)
        writer.write(value)
    }
}

/// The elements of an array.
struct JSONArrayWriter: UnkeyedEncodingContainer {
    let writer: JSONWriter
    let level: Int
    let value: UInt32
    private(set) var count = 0

    init(writer: JSONWriter, level: Int, value: UInt32) {
        self.writer = writer
        self.level = level
        self.value = value
    }

    var codingPath: [any CodingKey] { [] }

    private mutating func element() {
        writer.next(level: level, value: value)
        count += 1
    }

    mutating func encodeNil() {
        element()
        writer.writeNull()
    }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        element()
        try writer.write(value, level: level + 1)
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        element()
        return JSONValueWriter(writer: writer, level: level + 1, value: writer.begin()).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        element()
        return JSONValueWriter(writer: writer, level: level + 1, value: writer.begin()).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        writer.giveUp()
        return JSONValueWriter(writer: writer, level: level + 1, value: writer.begin())
    }

    mutating func encode(_ value: Bool) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: String) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: Double) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: Float) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: Int) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: Int8) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: Int16) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: Int32) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: Int64) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: UInt) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: UInt8) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: UInt16) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: UInt32) {
        element()
        writer.write(value)
    }
    mutating func encode(_ value: UInt64) {
        element()
        writer.write(value)
    }
}
