/// The header fields of a message that have no property of their own: in order, names case-insensitive, repeats kept.
public struct SIPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    public struct Field: Sendable, Equatable {
        public var name: SIPHeaderName
        public var value: String

        public init(_ name: SIPHeaderName, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var fields: [Field]

    public init(_ fields: [Field] = []) { self.fields = fields }

    public init(dictionaryLiteral elements: (SIPHeaderName, String)...) {
        fields = elements.map { Field($0, $1) }
    }

    /// The first value of that name. Setting replaces all of them; nil removes them.
    public subscript(_ name: SIPHeaderName) -> String? {
        get {
            for field in fields where field.name == name { return field.value }
            return nil
        }
        set {
            guard let value = newValue else { return fields.removeAll { $0.name == name } }
            guard let place = fields.firstIndex(where: { $0.name == name }) else { return add(name, value) }
            fields[place].value = value
            let kept = fields[...place]
            fields = kept + fields[(place + 1)...].filter { $0.name != name }
        }
    }

    public mutating func add(_ name: SIPHeaderName, _ value: String) { fields.append(Field(name, value)) }

    public mutating func add(_ others: SIPHeaders) { fields.append(contentsOf: others.fields) }

    /// Every value of that name, in order, one a field line.
    public func values(_ name: SIPHeaderName) -> [String] {
        fields.lazy.filter { $0.name == name }.map(\.value)
    }

    public func contains(_ name: SIPHeaderName) -> Bool { fields.contains { $0.name == name } }

    /// The comma-separated tokens of every field of that name, lower-case: `Supported`, `Require`, `Allow`.
    public func tokens(_ name: SIPHeaderName) -> [String] {
        values(name).flatMap { value in
            value.utf8.split(separator: UInt8(ascii: ",")).map { trimmed($0).lowercased() }.filter { !$0.isEmpty }
        }
    }
}
