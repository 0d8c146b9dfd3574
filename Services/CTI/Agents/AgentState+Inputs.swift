import Contracts

/// What an agent's state is told, and what it answers.
extension AgentState {
    enum Input: Sendable, Equatable {
        // What the agent wants.
        case signIn(PhoneID, name: String? = nil)
        case signOut
        case makeReady
        case pause(reason: String)
        case endAfterCallWork(disposition: String?, note: String? = nil)
        case extendAfterCallWork
        /// What a supervisor wants of him.
        case forced(Next)
        /// Nothing was seen of him for longer than his session lasts.
        case sessionExpired
        // What becomes of calls.
        case offered(CallID, afterCallWorkSeconds: Int)
        /// Rung by name, not by a queue.
        case called(CallID)
        /// The call he is in is his own from now on.
        case tookCharge(CallID, afterCallWorkSeconds: Int)
        case offerEnded(CallID, OfferOutcome)
        case answered(CallID)
        case holdChanged(CallID, isHeld: Bool)
        case callEnded(CallID)
        // What becomes of records that he looks at before they are dialled.
        case reserved(PreviewID, until: Timestamp)
        case released(PreviewID, hasMissed: Bool)
        case dialsRecord(PreviewID, CallID, afterCallWorkSeconds: Int)
        /// A new owner found this agent on a call.
        case foundRinging(CallID, phone: PhoneID?, afterCallWorkSeconds: Int)
        case foundTalking(CallID, phone: PhoneID?, isHeld: Bool, afterCallWorkSeconds: Int)
        case timer(revision: UInt64)
    }

    enum Action: Sendable, Equatable {
        case changed(AgentStateChanged)
        case afterCallWorkEnded(AfterCallWorkEnded)
        case pauseExceeded(AgentPauseExceeded)
        case startTimer(revision: UInt64, at: Timestamp)
        case refuse(Failure)
    }

    /// What is to come after the call.
    enum Next: Codable, Sendable, Equatable {
        case ready, signedOut
        case paused(reason: String)
    }
}
