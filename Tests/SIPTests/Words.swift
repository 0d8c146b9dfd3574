import Foundation
import Testing

@testable import SIP

/// The bytes of a message written with plain line ends.
func wire(_ text: String) -> [UInt8] {
    Array(text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\n", with: "\r\n").utf8)
}

func parseRequest(_ text: String) throws -> SIPRequest {
    guard case .request(let request) = try SIPParser.parse(wire(text)) else { throw NotARequest() }
    return request
}

func parseResponse(_ text: String) throws -> SIPResponse {
    guard case .response(let response) = try SIPParser.parse(wire(text)) else { throw NotARequest() }
    return response
}

struct NotARequest: Error {}

/// A plain request with everything a request must have.
func plainRequest(
    _ method: SIPMethod, number: UInt32 = 1, branch: String = "z9hG4bKone", toTag: String? = nil,
    callID: String = "call-1"
) -> SIPRequest {
    let uri = SIPURI(user: "bob", host: "192.0.2.2")
    var fields = SIPFields(
        from: NameAddress(uri: SIPURI(user: "alice", host: "192.0.2.1"), parameters: ["tag": "a"]),
        to: NameAddress(uri: uri), callID: callID, cseq: CSeq(number, method))
    fields.to.tag = toTag
    fields.via = [Via(transport: "UDP", host: "192.0.2.1", port: 5060, branch: branch)]
    fields.contacts = [NameAddress(uri: SIPURI(user: "alice", host: "192.0.2.1", port: 5060))]
    fields.headers[.maxForwards] = "70"
    return SIPRequest(method: method, uri: uri, fields: fields)
}

/// An event in a word or two.
func name(_ event: SIPCallEvent) -> String {
    switch event {
    case .progress(let response): "progress \(response.status.code)"
    case .answered(let response): "answered \(response.status.code)"
    case .confirmed: "confirmed"
    case .offered: "offered"
    case .offerAccepted: "offerAccepted"
    case .offerRefused(let response): "offerRefused \(response.status.code)"
    case .received(let request): "received \(request.method)"
    case .referred(let referral): "referred \(referral.target)"
    case .ended(.byPeer): "ended byPeer"
    case .ended(.cancelled): "ended cancelled"
    case .ended(.refused(let response)): "ended refused \(response.status.code)"
    case .ended(.byUs): "ended byUs"
    case .ended(.timedOut(let limit)): "ended timedOut \(limit)"
    }
}

extension SIPTransportKind {
    /// Those by which we open connections.
    static var dialled: [SIPTransportKind] { [.udp, .tcp, .tls] }
}
