// What a request outside calls must be like before anyone is asked about it (RFC 3261 §8.2).

extension EndpointCore {
    /// The response to a request we cannot or may not take.
    func refusal(_ request: SIPRequest) -> SIPResponse? {
        var refusal: (SIPStatus, SIPHeaders)?
        if request.method != .invite, !configuration.methods.contains(request.method) {
            refusal = (405, ["Allow": allow])
        } else if !request.uri.isSIP, request.uri.scheme != .tel {
            refusal = (416, [:])
        } else if request.method == .register, !request.to.uri.isSIP {
            refusal = (SIPStatus(400, "Bad Request (To is no SIP URI)"), [:])
        } else if request.headers.contains(.require) {
            let unknown = request.headers.tokens(.require).filter { !Session.knows(extension: $0) }
            refusal = unknown.isEmpty ? nil : (420, ["Unsupported": unknown.joined(separator: ", ")])
        }
        if refusal == nil, request.method == .invite { refusal = inviteRefusal(request) }
        guard let (status, headers) = refusal else { return nil }
        var response = request.response(status, tag: SIPRandom.token())
        response.headers.add(headers)
        return response
    }

    private func inviteRefusal(_ request: SIPRequest) -> (SIPStatus, SIPHeaders)? {
        if !request.body.isEmpty, request.contentType != "application/sdp" {
            return (415, ["Accept": "application/sdp"])
        }
        if request.headers.contains("Content-Encoding") { return (415, ["Accept-Encoding": "identity"]) }
        let accepted = request.headers.tokens(.accept)
        let acceptsSDP = accepted.contains { ["application/sdp", "application/*", "*/*"].contains(mediaType($0)) }
        return accepted.isEmpty || acceptsSDP ? nil : (406, [:])
    }

    private func mediaType(_ text: String) -> String { trimmed(text.utf8.prefix { $0 != UInt8(ascii: ";") }) }
}
