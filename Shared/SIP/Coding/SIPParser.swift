/// Bytes to message. Total: any input gives a message or a `SIPParseError`, never a trap; every length is bounded.
public struct SIPParser {
    /// Parses one message that is all of the bytes, as a datagram is. Without a Content-Length the body is the rest; bytes
    /// behind the body are ignored (RFC 3261 §18.3).
    /// - Throws: `SIPParseError`
    public static func parse(_ bytes: [UInt8]) throws(SIPParseError) -> SIPMessage {
        guard bytes.count <= SIPLimits.messageBytes else { throw SIPParseError(.tooLarge, at: SIPLimits.messageBytes) }
        var head = HeadReader(bytes)
        head.skipEmptyLines()
        guard let startLine = try head.nextLine() else { throw SIPParseError(.badStartLine, at: 0) }
        let start = try StartLine(bytes, startLine.range)
        var collected = CollectedFields(isRequest: start.isRequest)
        while let line = try head.nextLine() { try collected.add(head.unfolded(line), at: line.range.lowerBound) }
        guard head.foundEnd else { throw SIPParseError(.incomplete, at: bytes.count) }
        var fields = try collected.fields(at: head.position)
        fields.body = try body(bytes, from: head.position, length: collected.contentLength)
        switch start {
        case .response(let status): return .response(SIPResponse(status: status, fields: fields))
        case .request(let method, let uri):
            guard method == fields.cseq.method else { throw SIPParseError(.methodMismatch, at: 0) }
            return .request(SIPRequest(method: method, uri: uri, fields: fields))
        }
    }

    private static func body(_ bytes: [UInt8], from start: Int, length: Int?) throws(SIPParseError) -> [UInt8] {
        let rest = bytes[min(start, bytes.count)...]
        guard let length else { return Array(rest) }
        guard length <= rest.count else { throw SIPParseError(.badContentLength, at: start) }
        return Array(rest.prefix(length))
    }
}

/// A start line, taken apart.
enum StartLine {
    case request(SIPMethod, SIPURI)
    case response(SIPStatus)

    var isRequest: Bool { if case .request = self { true } else { false } }

    init(_ bytes: [UInt8], _ range: Range<Int>) throws(SIPParseError) {
        let line = bytes[range]
        let startsLikeResponse = line.count >= 4 && equalIgnoringCase(line.prefix(4), "SIP/".utf8)
        self = startsLikeResponse ? try Self.response(line) : try Self.request(bytes, line)
    }

    private static func response(_ line: ArraySlice<UInt8>) throws(SIPParseError) -> StartLine {
        let parts = line.split(separator: .space, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2 else { throw SIPParseError(.badStartLine, at: line.startIndex) }
        guard equalIgnoringCase(parts[0], "SIP/2.0".utf8) else { throw SIPParseError(.badVersion, at: line.startIndex) }
        guard parts[1].count == 3, let code = parts[1].decimal(upTo: 699), code >= 100 else {
            throw SIPParseError(.badStatusCode, at: parts[1].startIndex)
        }
        let reason = parts.count > 2 ? String(decoding: parts[2], as: UTF8.self) : ""
        return .response(SIPStatus(code, reason))
    }

    /// Exactly one space between the parts and none behind: RFC 4475 §3.1.2.8 to 3.1.2.10 want anything else refused.
    private static func request(_ bytes: [UInt8], _ line: ArraySlice<UInt8>) throws(SIPParseError) -> StartLine {
        let parts = line.split(separator: .space, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3 else { throw SIPParseError(.badStartLine, at: line.startIndex) }
        let method = parts[0]
        guard !method.isEmpty, method.allSatisfy(\.isToken) else {
            throw SIPParseError(.badStartLine, at: line.startIndex)
        }
        guard parts.count == 3 else { throw SIPParseError(.badStartLine, at: parts[2].startIndex) }
        guard equalIgnoringCase(parts[2], "SIP/2.0".utf8) else {
            let isOtherVersion = equalIgnoringCase(parts[2].prefix(4), "SIP/".utf8)
            throw SIPParseError(isOtherVersion ? .badVersion : .badStartLine, at: parts[2].startIndex)
        }
        var cursor = ByteCursor(bytes, parts[1].startIndex..<parts[1].endIndex)
        let uri = try cursor.uri(upTo: cursor.end)
        // §19.1.1: a Request-URI carries no headers. Taking them would let a link smuggle in a Route.
        guard uri.headers == nil else { throw SIPParseError(.badURI, at: parts[1].startIndex) }
        return .request(SIPMethod(rawValue: String(decoding: method, as: UTF8.self)), uri)
    }
}
