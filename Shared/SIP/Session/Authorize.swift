// Answering a 401 or 407 (RFC 3261 §22.2 and §22.3).

extension Session {
    /// The request again, with the answer to the challenge; nil if there is none to give.
    mutating func authorized(_ request: SIPRequest, _ response: SIPResponse) -> SIPRequest? {
        guard let credentials, challengesAnswered < Self.challengeLimit,
            var repeated = request.authorized(response, credentials, clientNonce: SIPRandom.token())
        else { return nil }
        challengesAnswered += 1
        if dialog != nil {
            guard let next = dialog?.request(request.method) else { return nil }
            repeated.cseq = next.cseq
        }
        return repeated
    }

    /// In all of a call: enough for every request of it, not enough for a loop.
    private static let challengeLimit = 64
}

extension SIPRequest {
    /// This request with the next CSeq number and an answer to the challenge in the response.
    /// - Returns: nil if it is no challenge, not for these credentials, or was answered already and is not merely stale.
    func authorized(
        _ response: SIPResponse, _ credentials: DigestCredentials, clientNonce: String
    ) -> SIPRequest? {
        guard let (challenge, header) = DigestChallenge.strongest(in: response) else { return nil }
        // A second refusal of the same answer means a wrong password; only a stale nonce is worth another try.
        if headers.contains(header), !challenge.isStale { return nil }
        guard
            let answer = DigestResponse(
                to: challenge, credentials, method: method, uri: uri.description, clientNonce: clientNonce)
        else { return nil }
        var request = self
        request.headers[header] = answer.text
        request.cseq.number = request.cseq.number >= 0x7FFF_FFFF ? 1 : request.cseq.number + 1
        request.via = []
        return request
    }
}

/// Tags, branches and nonces that nobody can guess.
enum SIPRandom {
    static func token() -> String { String(UInt64.random(in: 0...UInt64.max), radix: 36) }
    static func branch() -> String { "z9hG4bK" + token() + token() }
}
