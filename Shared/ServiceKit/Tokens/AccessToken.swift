import Contracts
import Foundation
import JWTKit

/// What an access token says. Signed by crm, read by every service.
struct AccessToken: JWTPayload, Equatable {
    static let issuer = "carillon"

    var iss: IssuerClaim
    var sub: SubjectClaim
    var iat: IssuedAtClaim
    var exp: ExpirationClaim
    var jti: IDClaim
    var tenant: String
    var name: String
    var roles: [String]
    var permissions: [String]

    init(_ identity: Identity, id: String, from start: Date, until end: Date) {
        iss = IssuerClaim(value: Self.issuer)
        sub = SubjectClaim(value: identity.user.rawValue)
        iat = IssuedAtClaim(value: start)
        exp = ExpirationClaim(value: end)
        jti = IDClaim(value: id)
        tenant = identity.tenant.rawValue
        name = identity.name
        roles = identity.roles.sorted()
        permissions = identity.permissions.sorted()
    }

    var identity: Identity {
        Identity(
            tenant: TenantID(rawValue: tenant), user: UserID(rawValue: sub.value), name: name, roles: Set(roles),
            permissions: Set(permissions))
    }

    func verify(using algorithm: some JWTAlgorithm) throws {
        guard iss.value == Self.issuer else {
            throw JWTError.claimVerificationFailure(failedClaim: iss, reason: "issuer")
        }
        try exp.verifyNotExpired()
    }
}
