import Contracts

/// Names a web entry within its tenant. It stands in pages, and is no secret.
struct WebEntryID: Identifier {
    let rawValue: String
    init(rawValue: String) { self.rawValue = rawValue }

    /// A part of an address: 1 to 64 of `A-Za-z0-9._-`.
    static func isAcceptable(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && !text.hasPrefix(".")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// Where visitors of a tenant's web site call in (网页呼叫入口): which pages may call, at which access number their calls
/// arrive, and how many there may be. Nothing else can be called by it.
struct WebEntry: Codable, Sendable, Equatable {
    let id: WebEntryID
    /// For people.
    let name: String
    /// The tenant's access number at which calls arrive, as if it had been dialled.
    let number: String
    /// Which pages may call: `https://www.example.com`, or `https://*.example.com` for all names below.
    let origins: [String]
    /// What else a page may say of its visitor, by name; it goes with the call.
    let attributes: [String]
    /// At once, on each media server.
    let maxCalls: Int
    /// Of them, so many from one address.
    let maxCallsPerSource: Int
    /// From one address.
    let callsPerMinute: Int
    let longestCallSeconds: Int
    let isEnabled: Bool

    func allows(_ origin: WebOrigin) -> Bool {
        origins.contains { WebOrigin($0, pattern: true)?.covers(origin) ?? false }
    }
}

/// What an administrator says of a web entry; only the number and the origins are needed.
struct WebEntrySettings: Codable, Sendable {
    var name: String?
    let number: String
    let origins: [String]
    var attributes: [String]?
    var maxCalls: Int?
    var maxCallsPerSource: Int?
    var callsPerMinute: Int?
    var longestCallSeconds: Int?
    var isEnabled: Bool?

    static let mostOrigins = 50
    static let mostAttributes = 20
    static let mostCalls = 1_000

    /// - Throws: `Failure.invalid`
    func checked(_ id: WebEntryID) throws(Failure) -> WebEntry {
        let entry = WebEntry(
            id: id, name: name ?? "", number: number, origins: origins, attributes: attributes ?? [],
            maxCalls: maxCalls ?? 20, maxCallsPerSource: maxCallsPerSource ?? 3, callsPerMinute: callsPerMinute ?? 6,
            longestCallSeconds: longestCallSeconds ?? 1_800, isEnabled: isEnabled ?? true)
        guard WebEntryID.isAcceptable(id.rawValue) else {
            throw Failure(
                .invalid, "The id of a web entry is 1 to 64 of letters, digits, “.”, “_” and “-”.",
                code: "webEntryIDInvalid")
        }
        guard entry.name.count <= 100, entry.name.isPlain else {
            throw Failure(.invalid, "A name has at most 100 characters.", code: "nameTooLong")
        }
        guard (1...Self.mostOrigins).contains(origins.count),
            origins.allSatisfy({ WebOrigin($0, pattern: true) != nil })
        else {
            throw Failure(
                .invalid,
                "origins holds 1 to \(Self.mostOrigins) of the form https://www.example.com or https://*.example.com; http "
                    + "is for this machine alone, for browsers give no page of another the microphone.",
                code: "origin_invalid")
        }
        guard entry.attributes.count <= Self.mostAttributes, Set(entry.attributes).count == entry.attributes.count,
            entry.attributes.allSatisfy(VisitorWords.isAttributeName)
        else {
            throw Failure(
                .invalid,
                "attributes holds at most \(Self.mostAttributes) names of 1 to 32 letters, digits and “_”, none of which the "
                    + "call has already: \(VisitorWords.ownNames.sorted().joined(separator: ", ")).",
                code: "attribute_name_invalid")
        }
        guard (1...Self.mostCalls).contains(entry.maxCalls), (1...Self.mostCalls).contains(entry.maxCallsPerSource),
            (1...600).contains(entry.callsPerMinute), (30...4 * 3_600).contains(entry.longestCallSeconds)
        else {
            throw Failure(
                .invalid,
                "A limit is out of range: maxCalls and maxCallsPerSource from 1 to \(Self.mostCalls), callsPerMinute from 1 to "
                    + "600, longestCallSeconds from 30 to \(4 * 3_600).", code: "webEntryLimits")
        }
        return entry
    }
}

extension String {
    /// Without control characters, which no one types.
    var isPlain: Bool { unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } }
}
