/// Why a description cannot be read, and on which line (counted from 1).
public struct SDPParseError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Problem: String, Error {
        case tooLong = "the description is too long"
        case tooManyLines = "there are too many lines"
        case tooManyMedia = "there are too many media streams"
        case tooManyAttributes = "there are too many attributes or formats"
        case notText = "the line is not UTF-8 text"
        case badLine = "the line is not of the form letter=value"
        case badVersion = "the version is not 0"
        case badOrigin = "the o= line is malformed"
        case badConnection = "the c= line is malformed"
        case badMedia = "the m= line is malformed"
        case missingOrigin = "there is no o= line"
    }

    public let problem: Problem
    public let line: Int

    public init(_ problem: Problem, line: Int) {
        self.problem = problem
        self.line = line
    }

    public var description: String { "\(problem.rawValue) (line \(line))" }
}

extension SessionDescription {
    /// Reads a description from bytes that anybody may have sent: it never traps and never reads without bounds.
    ///
    /// Lines may end in CRLF or LF. Lines of letters we do not use (`b=`, `k=`, `r=`, `z=`…) are passed over.
    public init(parsing bytes: some Collection<UInt8>) throws(SDPParseError) {
        // Read as what the compiler knows: through a collection of some kind, every byte would cost a call.
        try self.init(bytes: Array(bytes))
    }

    private init(bytes: [UInt8]) throws(SDPParseError) {
        guard bytes.count <= Self.maximumBytes else { throw SDPParseError(.tooLong, line: 0) }
        var parser = SDPParser()
        var number = 0
        for raw in bytes.split(separator: UInt8(ascii: "\n")) {
            number += 1
            guard number <= Self.maximumLines else { throw SDPParseError(.tooManyLines, line: number) }
            do {
                try parser.take(raw)
            } catch {
                throw SDPParseError(error, line: number)
            }
        }
        guard let origin = parser.origin else { throw SDPParseError(.missingOrigin, line: number) }
        self.init(
            origin: origin, name: parser.name, address: parser.address, attributes: parser.attributes,
            media: parser.media)
    }

    /// The same for text.
    public init(parsing text: String) throws(SDPParseError) {
        try self.init(parsing: Array(text.utf8))
    }
}

/// Collects a description line by line.
private struct SDPParser {
    typealias Problem = SDPParseError.Problem

    var origin: Origin?
    var name = "-"
    var address: NetworkAddress?
    var attributes: [Attribute] = []
    var media: [MediaDescription] = []

    mutating func take(_ raw: ArraySlice<UInt8>) throws(Problem) {
        var line = raw
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard let letter = line.popFirst() else { return }
        guard line.popFirst() == UInt8(ascii: "=") else { throw .badLine }
        guard !line.contains(0), !line.contains(UInt8(ascii: "\r")), let value = String(validating: line, as: UTF8.self)
        else { throw .notText }
        switch letter {
        case UInt8(ascii: "v"): if value != "0" { throw .badVersion }
        case UInt8(ascii: "o"): origin = try parseOrigin(value)
        case UInt8(ascii: "s"): name = value.isEmpty ? "-" : value
        case UInt8(ascii: "c"): try takeConnection(value)
        case UInt8(ascii: "m"): try takeMedia(value)
        case UInt8(ascii: "a"): try takeAttribute(value)
        default: break
        }
    }

    private func parseOrigin(_ value: String) throws(Problem) -> Origin {
        let words = value.split(at: " ", most: 8)
        guard words.count == 6 else { throw .badOrigin }
        guard let address = NetworkAddress(type: words[3], family: words[4], host: words[5]) else { throw .badOrigin }
        // Some telephones write a version beyond 64 bits; only equality and growth matter, so it is kept as the largest.
        guard words[2].utf8.allSatisfy({ (48...57).contains($0) }) else { throw .badOrigin }
        return Origin(
            username: String(words[0]), sessionID: String(words[1]), version: UInt64(words[2]) ?? .max,
            address: address)
    }

    private mutating func takeConnection(_ value: String) throws(Problem) {
        let words = value.split(at: " ", most: 4)
        guard words.count == 3, let found = NetworkAddress(type: words[0], family: words[1], host: words[2]) else {
            throw .badConnection
        }
        if media.isEmpty { address = found } else { media[media.count - 1].address = found }
    }

    private mutating func takeMedia(_ value: String) throws(Problem) {
        guard media.count < SessionDescription.maximumMedia else { throw .tooManyMedia }
        let words = value.split(at: " ", most: MediaDescription.maximumFormats + 3)
        guard words.count >= 4 else { throw .badMedia }
        guard words.count <= MediaDescription.maximumFormats + 3 else { throw .tooManyAttributes }
        // "port/number of ports": only the first port is of use.
        guard let first = words[1].split(at: "/", most: 1).first, let port = UInt16(first) else {
            throw .badMedia
        }
        media.append(
            MediaDescription(
                kind: String(words[0]), port: port, transport: String(words[2]),
                formats: words.dropFirst(3).map(String.init)))
    }

    private mutating func takeAttribute(_ value: String) throws(Problem) {
        let parts = value.split(at: ":", most: 1, keepingEmpty: true)
        guard let name = parts.first, !name.isEmpty else { throw .badLine }
        let attribute = Attribute(String(name), parts.count > 1 ? String(parts[1]) : nil)
        if media.isEmpty {
            guard attributes.count < MediaDescription.maximumAttributes else { throw .tooManyAttributes }
            attributes.append(attribute)
        } else {
            let last = media.count - 1
            guard media[last].attributes.count < MediaDescription.maximumAttributes else { throw .tooManyAttributes }
            media[last].attributes.append(attribute)
        }
    }
}

extension NetworkAddress {
    /// The last three words of an `o=` or `c=` line; a multicast time to live after `/` is dropped.
    fileprivate init?(type: Substring, family: Substring, host: Substring) {
        guard type == "IN", let family = Family(rawValue: String(family)) else { return nil }
        guard let host = host.split(at: "/", most: 1).first, host.utf8.count <= 255 else { return nil }
        self.init(family: family, host: String(host))
    }
}

extension StringProtocol where SubSequence == Substring {
    /// Parts between single bytes of ASCII. Comparing characters instead would cost most of the reading.
    fileprivate func split(at separator: Unicode.Scalar, most: Int, keepingEmpty: Bool = false) -> [Substring] {
        Substring(self).utf8.split(
            separator: UInt8(ascii: separator), maxSplits: most, omittingEmptySubsequences: !keepingEmpty
        ).map { Substring($0) }
    }
}
