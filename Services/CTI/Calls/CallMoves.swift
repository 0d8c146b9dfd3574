import Contracts

/// What a call is told.
enum CallInput: Sendable, Equatable {
    /// The call begins: a caller's leg arrived, or a number is to be dialled.
    case begin
    case legRinging(LegID)
    /// The called is heard before the answer: a tone or an announcement.
    case earlySound(LegID)
    case legAnswered(LegID)
    /// It was found out who or what has answered.
    case answerClassified(LegID, AnswerResult)
    case digit(LegID, String)
    /// Whom the flow asked has answered.
    case flowAnswered(step: Int, FlowAnswer)
    /// The agent's telephone asks for a transfer by its own key.
    case transferAsked(LegTransferAsked)
    case faxEnded(LegFaxEnded)
    /// What becomes of the caller's place in a conference.
    case conference(ConferenceInput)
    /// A supervisor sends him out of it.
    case dismissedFromConference(number: String)
    case speechRecognized(LegSpeechRecognized)
    case playFinished(LegID, playID: Int, LegPlayFinished.Outcome)
    case legEnded(LegID, EndCause)
    /// A new owner did not find it: it ended while nobody was in control, or was never made.
    case legMissing(LegID)
    /// The agent is reserved and his telephone is to ring.
    case offer(OfferCall, phone: PhoneID)
    case announcePosition(Int, estimatedSeconds: Int? = nil)
    /// acd knows no such queue, or it takes no more callers.
    case queueRefused(QueueID)
    case queueFigures(QueueFigures)
    case customerFound(CustomerCard)
    case answer(by: AgentID)
    case hold(by: AgentID)
    case retrieve(by: AgentID)
    case hangUp(by: AgentID)
    case decline(by: AgentID, because: String?)
    case transfer(by: AgentID, to: Callee, confirms: Bool = false)
    case consult(by: AgentID, Callee)
    /// The agent's telephone has dialled somebody on another line of its own.
    case asksByTelephone(LegID, by: AgentID, Callee)
    /// From the customer to whom is asked, or back.
    case swap(by: AgentID)
    case giveUp(by: AgentID)
    /// Whoever is asked gets the call.
    case complete(by: AgentID)
    /// Whoever is asked joins the conversation.
    case join(by: AgentID)
    case remove(LegID, by: AgentID)
    case park(by: AgentID, slot: Int)
    case pickUp(by: AgentID, phone: PhoneID)
    /// What goes with the call is set by name; nil takes it away.
    case setData([String: String?], by: UserID)
    case supervise(AgentID, by: AgentID, as: CallPartyRole, phone: PhoneID?)
    case stopSupervising(AgentID, by: AgentID)
    /// The customer is dropped, the agent is ready.
    case release(AgentID)
    case record(by: AgentID, RecordingWish)
    case timer(CallTimer)
    /// The media-server is gone, and with it the legs.
    case mediaLost
}

/// Where an agent sends a call, or whom he asks.
enum TransferTarget: Codable, Sendable, Equatable, Hashable {
    case queue(QueueID, priority: Int)
    case number(String)
    case agent(AgentID)
    case flow(FlowID)
}

/// What a call waits for; the number in it makes a late one match nothing.
enum CallTimer: Codable, Sendable, Equatable, Hashable {
    case flow(step: Int)
    case queue(entry: Int)
    case announcement(entry: Int)
    case offer(number: Int)
    case parked(entry: Int)
    case detection
    /// The announcement of the agent's number has been played for too long.
    case agentNumber(playID: Int)
}

/// What is to be done for a call.
enum CallAction: Sendable, Equatable {
    case command(LegID, [LegCommand])
    case originate(LegID, Destination, from: String, displayName: String?, ringSeconds: Int)
    case enqueue(WaitingCall)
    case dequeue
    case askQueue(QueueID)
    case offerEnded(AgentID, offer: Int, OfferOutcome)
    case publish(CallFact)
    case agent(AgentID, AgentState.Input)
    case startTimer(CallTimer, at: Timestamp)
    /// Nodes of the flow were entered and left.
    case passed([FlowPassage])
    case findCustomer(number: String)
    /// For the flow, whose answer carries the step.
    case ask(FlowTask, step: Int)
    /// The conference decides, and tells the call.
    case joinConference(ConferenceWish)
    case leaveConference(number: String)
    /// The customer of a call that an agent has before him became known.
    case showCustomer(AgentID, CustomerCard)
    /// The command is not allowed; the one who asked is told why.
    case refuse(Failure)
    /// The call is over and can be forgotten.
    case forget
}

/// What a call tells all others.
enum CallFact: Sendable, Equatable {
    case started(CallStarted)
    case queued(CallQueued)
    case offered(CallOffered)
    case offerEnded(CallOfferEnded)
    case answered(CallAnswered)
    case holdChanged(CallHoldChanged)
    case partiesChanged(CallPartiesChanged)
    case transferred(CallTransferred)
    case parked(CallParked)
    case dataChanged(CallDataChanged)
    case recordingChanged(CallRecordingChanged)
    case surveyAnswered(CallSurveyAnswered)
    case voicemailLeft(VoicemailLeft)
    case ended(CallEnded)

    var fact: any Fact {
        switch self {
        case .started(let fact): fact
        case .queued(let fact): fact
        case .offered(let fact): fact
        case .offerEnded(let fact): fact
        case .answered(let fact): fact
        case .holdChanged(let fact): fact
        case .partiesChanged(let fact): fact
        case .transferred(let fact): fact
        case .parked(let fact): fact
        case .dataChanged(let fact): fact
        case .recordingChanged(let fact): fact
        case .surveyAnswered(let fact): fact
        case .voicemailLeft(let fact): fact
        case .ended(let fact): fact
        }
    }
}

extension CallInput {
    /// Whether somebody waits to hear if it was done.
    var isCommand: Bool {
        switch self {
        case .begin, .legRinging, .earlySound, .legAnswered, .digit, .playFinished, .faxEnded, .speechRecognized,
            .legEnded, .legMissing, .announcePosition, .queueRefused, .queueFigures, .customerFound, .flowAnswered,
            .conference, .timer, .mediaLost:
            false
        default: true
        }
    }
}
