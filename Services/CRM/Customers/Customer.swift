import Contracts
import Foundation
import ServiceKit

/// A person outside, known to the tenant.
struct Customer: Codable, Sendable, Equatable {
    let customerID: CustomerID
    let name: String
    let numbers: [String]
    let isVIP: Bool
    let fields: [String: String]
    /// The agent whose customer this is (归属坐席).
    let ownerID: AgentID?
    /// Raised with each change.
    let revision: Int
    let createdAt: Timestamp
    let changedAt: Timestamp

    var card: CustomerCard {
        CustomerCard(
            customerID: customerID, name: name, numbers: numbers, isVIP: isVIP, fields: fields, ownerID: ownerID)
    }
}

/// A customer as a form saves him. Saving again under the same id changes him, so nobody is there twice.
struct CustomerForm: Codable, Sendable, Equatable {
    let name: String
    let numbers: [String]
    let isVIP: Bool?
    let fields: [String: String]?
    /// Left as it is if it is not given; empty for nobody's.
    var ownerID: String?

    /// - Throws: `Failure.invalid`
    func check(_ phoneNumbers: PhoneNumbers) throws {
        guard name.isName(1...200) else {
            throw Failure(.invalid, "A customer's name has 1 to 200 characters.")
        }
        guard numbers.count <= 20 else { throw Failure(.invalid, "A customer has at most 20 numbers.") }
        for number in numbers where number.utf8.count > 64 || phoneNumbers.key(number) == nil {
            throw Failure(.invalid, "“\(number.prefix(64))” is not a telephone number.", code: "number_refused")
        }
        let fields = fields ?? [:]
        guard fields.count <= 100,
            fields.allSatisfy({ $0.key.isName(1...100) && $0.value.utf8.count <= 4000 })
        else { throw Failure(.invalid, "A customer has at most 100 fields of 4000 characters.") }
        guard ownerID.map({ $0.isEmpty || AgentID.isAcceptable($0) }) ?? true else {
            throw Failure(.invalid, "A customer's owner is an agent's id, or empty for nobody.")
        }
    }
}

/// A customer to be made, with the id that the client chose for him.
struct NewCustomer: Codable, Sendable, Equatable {
    let customerID: CustomerID?
    let name: String
    let numbers: [String]
    let isVIP: Bool?
    let fields: [String: String]?
    var ownerID: String?

    var form: CustomerForm {
        CustomerForm(name: name, numbers: numbers, isVIP: isVIP, fields: fields, ownerID: ownerID)
    }
}
