import Contracts

/// One number's record in the hands of one agent, from when he was given it to what he decided.
struct Preview: Codable, Sendable, Equatable {
    /// What became of it.
    enum Outcome: String, Codable, Sendable, CaseIterable {
        case dialled
        /// The agent did not want it, and said why.
        case skipped
        /// The number is to be called at a time that he has set (预约).
        case appointed
        /// He did not decide in time.
        case expired
        /// He went away, did something else, or could not be kept for it.
        case givenBack
    }

    let id: PreviewID
    let campaignID: CampaignID
    let number: String
    let agentID: AgentID
    let takenAt: Timestamp
    let expiresAt: Timestamp
    /// Nil while he looks at it.
    var outcome: Outcome?
    var reason: String?
    var appointedAt: Timestamp?
    var attemptID: AttemptID?
    var endedAt: Timestamp?
}

/// A record that somebody looks at now.
struct OpenPreview: Sendable, Equatable {
    let tenant: TenantID
    let preview: Preview
}

/// Which campaign an agent looks at records of.
struct PreviewChoice: Sendable, Equatable {
    let tenant: TenantID
    let agentID: AgentID
    let campaignID: CampaignID
}

/// How an agent's decision leaves the number.
struct PreviewEnd: Sendable, Equatable {
    let outcome: Preview.Outcome
    var reason: String?
    /// It is not called any more.
    var isDone = false
    /// When it is called again; nil for as it was: the next agent gets it.
    var nextAt: Timestamp?
    /// By the same agent, if he is there.
    var isMine = false

    init(_ outcome: Preview.Outcome) { self.outcome = outcome }

    /// - Parameter retrySeconds: the campaign's, after a try in vain.
    static func skipped(because reason: String, isDone: Bool, retrySeconds: Int, at now: Timestamp) -> PreviewEnd {
        var end = PreviewEnd(.skipped)
        end.reason = reason
        end.isDone = isDone
        end.nextAt = isDone ? nil : now.adding(.seconds(retrySeconds))
        return end
    }

    static func appointed(at time: Timestamp, isMine: Bool, because reason: String?) -> PreviewEnd {
        var end = PreviewEnd(.appointed)
        end.reason = reason
        end.nextAt = time
        end.isMine = isMine
        return end
    }
}

extension CallingHours {
    /// How far ahead an appointment may be.
    static let furthest = Duration.seconds(366 * 86_400)

    /// - Throws: `Failure.invalid` if nobody may be called then who lives in that time zone; nil is the campaign's.
    func checkAppointment(at time: Timestamp, in zone: String?, now: Timestamp) throws {
        guard time > now, time <= now.adding(Self.furthest) else {
            throw Failure(.invalid, "An appointment is later than now, within a year.", code: "timeInvalid")
        }
        guard isOpen(at: time, in: zone) else {
            throw Failure(.invalid, "Nobody may be called at that time.", code: "outsideHours")
        }
    }
}
