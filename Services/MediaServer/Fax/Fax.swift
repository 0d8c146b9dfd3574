import Contracts
import Foundation

/// A fax as people see it.
struct Fax: Codable, Sendable, Equatable {
    enum State: String, Codable, Sendable, CaseIterable {
        /// To be sent, now or at its next try.
        case queued
        /// A call is under way.
        case sending
        case sent
        case received
        case failed
        /// Its document is gone, on somebody's word.
        case deleted
    }

    let id: FaxID
    let direction: FaxDirection
    var state: State
    /// The other side's.
    let number: String
    /// Ours.
    let line: String
    var pages: Int
    /// Calls so far, and how many there may be.
    var attempts: Int
    var mostAttempts: Int
    /// When it is tried again.
    var nextAttemptAt: Timestamp?
    var outcome: FaxOutcome?
    /// In T.30's words, or the network's.
    var reason: String?
    /// The call it came in.
    var callID: CallID?
    var remoteStation: String?
    var rate: Int?
    var usedT38: Bool?
    var usedErrorCorrection: Bool?
    let createdAt: Timestamp
    var createdBy: UserID?
    var endedAt: Timestamp?
}

/// A fax with what only this server has to know.
struct OwnedFax: Sendable, Equatable {
    let tenant: TenantID
    /// The server that holds its document, and sends it.
    let instance: String
    var fax: Fax
    var options: FaxOptions
    var pauseSeconds: Int
    /// Below the directory of faxes; nil for none.
    var file: String?
    var bytes: Int64?
    var sha256: String?
    var keyID: String?
    /// What makes asking again harmless, and what was asked.
    var requestKey: String?
    var requestHash: String?
}
