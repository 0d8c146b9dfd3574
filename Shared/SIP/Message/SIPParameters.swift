/// The `;name=value` list behind a URI or a header value, in order; names are case-insensitive.
public struct SIPParameters: Sendable, ExpressibleByDictionaryLiteral {
    public struct Parameter: Sendable {
        public var name: String
        /// As written, quotes included; nil when there is no `=`.
        public var value: String?
    }

    public private(set) var list: [Parameter]

    public init() { list = [] }
    public init(dictionaryLiteral elements: (String, String?)...) {
        list = elements.map { Parameter(name: $0, value: $1) }
    }

    public var isEmpty: Bool { list.isEmpty }

    /// The value of the first parameter of that name. Setting nil removes it.
    public subscript(_ name: String) -> String? {
        get {
            for parameter in list where parameter.name.equalsIgnoringCase(name) { return parameter.value }
            return nil
        }
        set {
            let place = list.firstIndex { $0.name.equalsIgnoringCase(name) }
            switch (place, newValue) {
            case (let place?, let value?): list[place].value = value
            case (let place?, nil): list.remove(at: place)
            case (nil, let value?): list.append(Parameter(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    public func contains(_ name: String) -> Bool { list.contains { $0.name.equalsIgnoringCase(name) } }

    /// Adds a parameter without a value, such as `lr` or `rport`.
    public mutating func addFlag(_ name: String) {
        if !contains(name) { list.append(Parameter(name: name, value: nil)) }
    }

    mutating func append(name: String, value: String?) { list.append(Parameter(name: name, value: value)) }
}

extension SIPParameters: Equatable {
    public static func == (left: SIPParameters, right: SIPParameters) -> Bool {
        left.list.count == right.list.count
            && zip(left.list, right.list).allSatisfy { $0.name.equalsIgnoringCase($1.name) && $0.value == $1.value }
    }
}
