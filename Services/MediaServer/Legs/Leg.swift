import Contracts
import Foundation

/// One leg as the switch keeps it.
struct Leg: Sendable, Equatable {
    let id: LegID
    let tenant: TenantID
    /// Whether we called.
    let isOutbound: Bool
    let from: String
    let to: String
    /// Of a call that goes out, the one that was tried last.
    var trunkID: TrunkID?
    let phoneID: PhoneID?
    let arrivedAt: Timestamp
    var state: LegSnapshot.State
    var answeredAt: Timestamp?
    var bridgedWith: LegID?
    /// What cti attached last; empty while nobody has claimed the leg.
    var context = Data()
    /// Set from the first command on: somebody is in charge.
    var isClaimed = false
    /// It is heard before the answer.
    var hasEarlySound = false
    /// The answer was sent, the ACK is still to come.
    var isAnswering = false
    /// Its telephone has asked for a transfer and is still to be told how that goes.
    var asksTransfer = false
    /// We have begun to end it; what is still to come is its end.
    var isEnding = false
    /// What is being played, by the number that cti gave it.
    var playing: Int?
    var recordings: Set<RecordingID> = []
    /// The fax that it sends or receives.
    var fax: FaxID?
    /// It carries a fax of this server's own, which is nobody else's business.
    var isFax = false
    /// It is listened to for what is said.
    var recognition: SpeechRecognition?
    var keys = KeyAllowance()
    /// How a call through a trunk has found its way so far.
    var route: RouteRecord?
    /// What came with it: what a web site's page said of its visitor.
    var attributes: [String: String]?

    /// Its sound may be led elsewhere.
    var isHeard: Bool { state == .answered || hasEarlySound }

    func snapshot(_ rooms: Rooms) -> LegSnapshot {
        LegSnapshot(
            legID: id, tenant: tenant, state: state, from: from, to: to, trunkID: trunkID, phoneID: phoneID,
            bridgedWith: bridgedWith, room: rooms.room(of: id), role: rooms.role(of: id), context: context,
            arrivedAt: arrivedAt, answeredAt: answeredAt, attributes: attributes)
    }
}

/// How many keys a far end may press in a second: more than any hand can, fewer than what would bury everybody in facts.
struct KeyAllowance: Sendable, Equatable {
    static let perSecond = 20
    private var second: Int64 = 0
    private var count = 0

    mutating func take(at now: Timestamp, atMost limit: Int = perSecond) -> Bool {
        let second = now.microseconds / 1_000_000
        count = second == self.second ? count + 1 : 1
        self.second = second
        return count <= limit
    }
}
