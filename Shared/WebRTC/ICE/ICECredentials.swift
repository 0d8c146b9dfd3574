/// A user name fragment and a password of one ICE session (RFC 8445 §5.3).
public struct ICECredentials: Hashable, Sendable {
    public var fragment: String
    public var password: String

    /// Nil for what the grammar of `ice-ufrag` and `ice-pwd` (RFC 8839 §5.4) does not allow.
    public init?(fragment: String, password: String) {
        guard (4...256).contains(fragment.utf8.count), (22...256).contains(password.utf8.count),
            fragment.utf8.allSatisfy(\.isICECharacter), password.utf8.allSatisfy(\.isICECharacter)
        else { return nil }
        self.fragment = fragment
        self.password = password
    }

    private init(unchecked fragment: String, _ password: String) {
        self.fragment = fragment
        self.password = password
    }

    /// New ones, of 48 and 144 bits from the system's generator.
    public static func make() -> ICECredentials { ICECredentials(unchecked: text(8), text(24)) }

    private static func text(_ count: Int) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        return String((0..<count).compactMap { _ in letters.randomElement() })
    }
}

extension UInt8 {
    fileprivate var isICECharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
