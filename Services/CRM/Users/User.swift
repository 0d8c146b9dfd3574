import Contracts
import Foundation
import ServiceKit

/// A person who signs in.
struct User: Codable, Sendable, Equatable {
    let user: UserID
    let name: String
    let roles: [String]
    let isActive: Bool
    let createdAt: Timestamp
}

/// A person to be made.
struct NewUser: Codable, Sendable, Equatable {
    let user: UserID
    let name: String
    let roles: [String]
    let password: String

    /// - Throws: `Failure.invalid`
    func check() throws {
        guard UserID.isAcceptable(user.rawValue), user.rawValue.utf8.count <= 64 else {
            throw Failure(
                .invalid, "A user's id has 1 to 64 characters of A-Z, a-z, 0-9 and . _ : @ + * - /.",
                code: "userIDInvalid")
        }
        try UserChange(name: name, roles: roles, isActive: nil).check()
        try PasswordRule.check(password)
    }
}

/// What is to be changed of a person; what is not given stays.
struct UserChange: Codable, Sendable, Equatable {
    let name: String?
    let roles: [String]?
    let isActive: Bool?

    /// - Throws: `Failure.invalid`
    func check() throws {
        if let name, !name.isName(1...100) {
            throw Failure(.invalid, "A user's name has 1 to 100 characters.", code: "userNameInvalid")
        }
        if let roles, !(1...20).contains(roles.count) {
            throw Failure(.invalid, "A user has 1 to 20 roles.", code: "userRolesInvalid")
        }
    }
}
