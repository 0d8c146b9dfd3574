/// Where a web page is from, as a browser says in the header `Origin`: `https://www.example.com`. Written once with a star
/// in front, it stands for every name below: `https://*.example.com`.
///
/// Browsers let pages use the microphone over https only, and on the machine itself; so nothing else is an origin here.
struct WebOrigin: Hashable, Sendable {
    private let scheme: String
    /// Lower case; of `*.example.com` without the star.
    private let host: String
    private let port: UInt16
    private let isBelow: Bool

    static let longest = 300

    /// - Parameter pattern: whether a star may stand in front.
    init?(_ text: String, pattern: Bool = false) {
        guard text.utf8.count <= Self.longest, let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        var rest = text[mark.upperBound...]
        let isBelow = pattern && rest.hasPrefix("*.")
        if isBelow { rest = rest.dropFirst(2) }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let name = parts.first else { return nil }
        let host = name.lowercased()
        guard Self.isHost(host), !isBelow || host.contains(".") else { return nil }
        guard scheme == "https" || (scheme == "http" && Self.isLocal(host)) else { return nil }
        guard let port = parts.count == 2 ? Self.port(parts[1]) : scheme == "https" ? 443 : 80 else { return nil }
        (self.scheme, self.host, self.port, self.isBelow) = (scheme, host, port, isBelow)
    }

    /// Whether a page that is from there is one of those meant.
    func covers(_ page: WebOrigin) -> Bool {
        guard scheme == page.scheme, port == page.port else { return false }
        return isBelow ? page.host.hasSuffix("." + host) : page.host == host
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text), port > 0 else {
            return nil
        }
        return port
    }

    private static func isLocal(_ host: String) -> Bool {
        host == "localhost" || host == "127.0.0.1" || host.hasSuffix(".localhost")
    }

    private static func isHost(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { $0.isHostCharacter }
            }
    }
}

extension UInt8 {
    fileprivate var isHostCharacter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
    }
}
