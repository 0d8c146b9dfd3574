import Contracts

/// A conference that a tenant keeps: callers join it from a flow by its number, and with its PIN if it has one.
struct ConferenceSettings: Codable, Sendable, Equatable {
    static let mostMembers = RoomSeat.maximumPerRoom

    /// 1 to 100 characters.
    var name: String
    /// Of everybody; nobody is asked for one if there is none. 4 to 12 digits, as the other one.
    var pin: String?
    /// Of who leads it.
    var moderatorPIN: String?
    /// As many as a room holds if not given.
    var mostMembers: Int?
    /// Whether those who are in it hear who comes and who goes. Default true.
    var isAnnounced: Bool?
    /// Whether nobody hears anybody before a moderator has come. Default false.
    var waitsForModerator: Bool?
    /// Whether it is over for all when the last moderator leaves. Default false.
    var endsWithModerator: Bool?

    /// - Throws: `Failure.invalid`
    func check() throws(Failure) {
        guard (1...100).contains(name.count) else {
            throw Failure(.invalid, "“name” has 1 to 100 characters.", code: "nameInvalid")
        }
        for pin in [pin, moderatorPIN].compactMap({ $0 }) where !Self.isNumber(pin, 4...12) {
            throw Failure(.invalid, "A PIN has 4 to 12 digits.", code: "pinInvalid")
        }
        guard pin == nil || pin != moderatorPIN else {
            throw Failure(.invalid, "Moderators need a PIN of their own.", code: "pinInvalid")
        }
        guard mostMembers.map((2...Self.mostMembers).contains) ?? true else {
            throw Failure(
                .invalid, "“mostMembers” must be 2 to \(Self.mostMembers).", code: "membersInvalid")
        }
        guard moderatorPIN != nil || (waitsForModerator != true && endsWithModerator != true) else {
            throw Failure(.invalid, "Without “moderatorPIN” there is no moderator.", code: "pinInvalid")
        }
    }

    /// Whether the text can be the number of a conference.
    static func isConferenceNumber(_ text: String) -> Bool { isNumber(text, 1...12) }

    private static func isNumber(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
        lengths.contains(text.count) && text.allSatisfy { "0123456789".contains($0) }
    }
}

/// A conference in the list: its number, and what is set for it.
struct ConferenceListing: Codable, Sendable, Equatable {
    let number: String
    let name: String
    let pin: String?
    let moderatorPIN: String?
    let mostMembers: Int?
    let isAnnounced: Bool?
    let waitsForModerator: Bool?
    let endsWithModerator: Bool?

    init(number: String, settings: ConferenceSettings) {
        self.number = number
        name = settings.name
        pin = settings.pin
        moderatorPIN = settings.moderatorPIN
        mostMembers = settings.mostMembers
        isAnnounced = settings.isAnnounced
        waitsForModerator = settings.waitsForModerator
        endsWithModerator = settings.endsWithModerator
    }
}
