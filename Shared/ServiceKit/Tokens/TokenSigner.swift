import Contracts
import Crypto
public import Foundation
import JWTKit

/// Signs access tokens with one Ed25519 key. crm holds it; tests make their own.
public struct TokenSigner: Sendable {
    /// The key's name in token headers and in the JWKS.
    public let keyID: String
    /// 32 bytes; kept by crm in its table.
    public let privateKey: Data
    private let publicKey: Data
    private let keys: JWTKeyCollection

    /// A new key.
    public init(keyID: String) async throws {
        try await self.init(keyID: keyID, privateKey: Curve25519.Signing.PrivateKey().rawRepresentation)
    }

    /// - Throws: `CryptoKitError` if it is not a private key.
    public init(keyID: String, privateKey: Data) async throws {
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: privateKey)
        self.keyID = keyID
        self.privateKey = privateKey
        publicKey = key.publicKey.rawRepresentation
        keys = await JWTKeyCollection().add(
            eddsa: EdDSA.PrivateKey(backing: key), kid: JWKIdentifier(string: keyID))
    }

    public func sign(_ identity: Identity, id: String, at now: Date, validFor duration: Duration) async throws -> String
    {
        let end = now.addingTimeInterval(Double(duration.components.seconds))
        return try await keys.sign(
            AccessToken(identity, id: id, from: now, until: end), kid: JWKIdentifier(string: keyID))
    }

    /// The public half as one entry of a JWKS (RFC 8037).
    public var publicJWK: String {
        let x = base64URL(publicKey)
        return #"{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":\#(quoted(keyID)),"x":"\#(x)"}"#
    }

    /// RFC 7517, for `/.well-known/jwks.json` and the bus.
    public static func jwks(_ publicKeys: [String]) -> String {
        #"{"keys":["# + publicKeys.joined(separator: ",") + "]}"
    }
}

/// base64url without padding (RFC 4648 §5).
func base64URL(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}

/// Nil for what is not base64url.
func base64URLDecoded(_ text: String) -> Data? {
    let standard = text.replacing("-", with: "+").replacing("_", with: "/")
    return Data(base64Encoded: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))
}
