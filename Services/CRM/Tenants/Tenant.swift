import Contracts
import Foundation
import ServiceKit

/// One company on the platform.
struct Tenant: Codable, Sendable, Equatable {
    let tenant: TenantID
    let name: String
    let isActive: Bool
    let extras: [Extra]
    let createdAt: Timestamp
}

/// What is switched on for a tenant beside the basics (扩展功能).
enum Extra: String, Codable, Sendable, CaseIterable {
    case fax, announcements, outbound, recording, chat, mail, sms, quality
}

/// A tenant to be made, with its two administrators.
struct NewTenant: Codable, Sendable {
    /// An administrator to be made.
    struct Admin: Codable, Sendable {
        let user: UserID
        let name: String?
        let password: String
    }

    let tenant: TenantID
    let name: String
    let extras: [Extra]?
    /// The enterprise admin.
    let admin: Admin
    /// The configuration admin; `configurator` with the same password rule if it is given.
    let configurator: Admin?

    /// - Throws: `Failure.invalid`
    func check() throws {
        let id = tenant.rawValue
        guard (1...40).contains(id.utf8.count),
            id.utf8.allSatisfy({ byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            })
        else { throw Failure(.invalid, "A tenant's id has 1 to 40 characters of a-z, 0-9 and -.") }
        try TenantChange(name: name, isActive: nil, extras: extras).check()
        guard admin.user != configurator?.user else {
            throw Failure(.invalid, "The two administrators are two users.")
        }
        for admin in [admin, configurator].compactMap(\.self) { try admin.newUser(.admin).check() }
    }
}

/// What is to be changed of a tenant; what is not given stays.
struct TenantChange: Codable, Sendable {
    let name: String?
    let isActive: Bool?
    let extras: [Extra]?

    /// - Throws: `Failure.invalid`
    func check() throws {
        if let name, !name.isName(1...100) {
            throw Failure(.invalid, "A tenant's name has 1 to 100 characters.")
        }
    }
}
