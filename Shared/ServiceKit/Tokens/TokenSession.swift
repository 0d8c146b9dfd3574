import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

extension APICall {
    /// The session that the access token was given for; nil for one that says nothing of it. The token has been verified by now.
    public var session: String? {
        request.headers[.authorization]?.split(separator: " ").last.flatMap { TokenClaims.session(in: String($0)) }
    }
}

/// What stands in an access token, unverified.
private struct TokenClaims: Decodable {
    let jti: String

    static func session(in token: String) -> String? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let data = base64URLDecoded(String(parts[1])) else { return nil }
        return try? JSONDecoder().decode(Self.self, from: data).jti
    }
}
