/// What was wrong with a message, and at which byte.
public struct SIPParseError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Problem: Equatable, Sendable {
        case tooLarge, tooManyHeaders, incomplete
        case badStartLine, badVersion, badURI, badStatusCode
        case badHeaderLine, badAddress, badParameter, badVia, badCSeq, badNumber, badDate, badContentLength
        case missing(SIPHeaderName), repeated(SIPHeaderName)
        case methodMismatch
    }

    public let problem: Problem
    /// Counted from the first byte of what was parsed: the message, or the header value.
    public let offset: Int

    public init(_ problem: Problem, at offset: Int) {
        self.problem = problem
        self.offset = offset
    }

    /// What a request with this fault is answered with.
    public var status: SIPStatus {
        switch problem {
        case .tooLarge: 513
        case .badVersion: 505
        default: SIPStatus(400, "Bad Request (\(reason))")
        }
    }

    public var description: String { "\(reason) at byte \(offset)" }

    private var reason: String {
        switch problem {
        case .tooLarge: "message too large"
        case .tooManyHeaders: "too many header fields"
        case .incomplete: "message incomplete"
        case .badStartLine: "malformed start line"
        case .badVersion: "version not supported"
        case .badURI: "malformed URI"
        case .badStatusCode: "malformed status code"
        case .badHeaderLine: "malformed header field"
        case .badAddress: "malformed address"
        case .badParameter: "malformed parameter"
        case .badVia: "malformed Via"
        case .badCSeq: "malformed CSeq"
        case .badNumber: "number out of range"
        case .badDate: "malformed Date"
        case .badContentLength: "malformed Content-Length"
        case .missing(let name): "no \(name)"
        case .repeated(let name): "more than one \(name)"
        case .methodMismatch: "CSeq names another method"
        }
    }
}
