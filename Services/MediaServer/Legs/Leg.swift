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
    let trunkID: TrunkID?
    let phoneID: PhoneID?
    let arrivedAt: Timestamp
    var state: LegSnapshot.State
    var answeredAt: Timestamp?
    var bridgedWith: LegID?
    /// What cti attached last; empty while nobody has claimed the leg.
    var context = Data()
    /// Set from the first command on: somebody is in charge.
    var isClaimed = false
    /// The answer was sent, the ACK is still to come.
    var isAnswering = false
    /// We have begun to end it; what is still to come is its end.
    var isEnding = false
    /// What is being played, by the number that cti gave it.
    var playing: Int?
    var recordings: Set<RecordingID> = []

    var snapshot: LegSnapshot {
        LegSnapshot(
            legID: id, tenant: tenant, state: state, from: from, to: to, trunkID: trunkID, phoneID: phoneID,
            bridgedWith: bridgedWith, context: context, arrivedAt: arrivedAt, answeredAt: answeredAt)
    }
}
