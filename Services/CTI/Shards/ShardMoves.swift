import Contracts

/// What the owner of a shard is told: everything that can happen to its tenants' calls and agents.
enum ShardInput: Sendable {
    case leg(LegFact, tenant: TenantID, on: InstanceID)
    /// From acd.
    case offer(OfferCall, tenant: TenantID)
    /// From dialer; `on` is the media-server chosen for it.
    case originate(OriginateCall, tenant: TenantID, on: InstanceID)
    case call(CallID, tenant: TenantID, CallInput)
    /// What an agent wants for a call.
    case wish(CallWish, for: CallID, by: AgentID, tenant: TenantID)
    /// An agent calls a number; `on` is the media-server chosen for it.
    case dial(DialNumber, by: AgentID, tenant: TenantID, on: InstanceID)
    /// From acd: an agent is to call somebody back; `on` is the media-server chosen for it.
    case callBack(CallBack, tenant: TenantID, on: InstanceID)
    /// From dialer: a record that an agent has looked at; `on` is the media-server chosen for it.
    case dialRecord(DialRecord, tenant: TenantID, on: InstanceID)
    case supervise(SupervisionWish, of: AgentID, by: AgentID, tenant: TenantID)
    case agent(AgentKey, AgentState.Input)
    /// Their pages are open, or their telephones registered.
    case seen([AgentKey])
    case sessionExpired(SilentAgent)
    case book(TenantID, TenantBook)
    /// A leg that was told to end is not there, and nothing more will be told of it.
    case noLeg(LegID)
    /// A telephone's turn to ring has come at the latest.
    case ringTime(LegID, number: Int)
    /// Every few seconds: the legs that a media-server really has.
    case legsFound([LegSnapshot], on: InstanceID)
    /// A former owner told that it had begun, and nobody told of its end for a long time.
    case orphan(CallStarted, tenant: TenantID)
    /// A media-server has not answered for so long that its calls are given up.
    case mediaServerLost(InstanceID)
}

/// What media-server tells about a leg.
enum LegFact: Sendable, Equatable {
    case arrived(LegArrived)
    case ringing(LegID)
    /// It is heard before it answers.
    case earlySound(LegID)
    case answered(LegID)
    case answerClassified(LegID, AnswerResult)
    case digit(LegID, String)
    case transferAsked(LegTransferAsked)
    case faxEnded(LegFaxEnded)
    case speechRecognized(LegSpeechRecognized)
    case playFinished(LegID, playID: Int, LegPlayFinished.Outcome)
    case ended(LegID, EndCause)

    /// Nil for an event that is not about a leg, or not readable.
    init?(_ envelope: Envelope) {
        switch envelope.type {
        case LegArrived.topic:
            guard let fact = try? envelope.decode(LegArrived.self) else { return nil }
            self = .arrived(fact)
        case LegRinging.topic:
            guard let fact = try? envelope.decode(LegRinging.self) else { return nil }
            self = fact.hasSound == true ? .earlySound(fact.legID) : .ringing(fact.legID)
        case LegAnswered.topic:
            guard let fact = try? envelope.decode(LegAnswered.self) else { return nil }
            self = .answered(fact.legID)
        case LegAnswerClassified.topic:
            guard let fact = try? envelope.decode(LegAnswerClassified.self) else { return nil }
            self = .answerClassified(fact.legID, fact.result)
        case LegDigit.topic:
            guard let fact = try? envelope.decode(LegDigit.self) else { return nil }
            self = .digit(fact.legID, fact.digit)
        case LegTransferAsked.topic:
            guard let fact = try? envelope.decode(LegTransferAsked.self) else { return nil }
            self = .transferAsked(fact)
        case LegFaxEnded.topic:
            guard let fact = try? envelope.decode(LegFaxEnded.self) else { return nil }
            self = .faxEnded(fact)
        case LegSpeechRecognized.topic:
            guard let fact = try? envelope.decode(LegSpeechRecognized.self) else { return nil }
            self = .speechRecognized(fact)
        case LegPlayFinished.topic:
            guard let fact = try? envelope.decode(LegPlayFinished.self) else { return nil }
            self = .playFinished(fact.legID, playID: fact.playID, fact.outcome)
        case LegEnded.topic:
            guard let fact = try? envelope.decode(LegEnded.self) else { return nil }
            self = .ended(fact.legID, fact.cause)
        default: return nil
        }
    }

    var legID: LegID {
        switch self {
        case .arrived(let fact): fact.legID
        case .transferAsked(let fact): fact.legID
        case .faxEnded(let fact): fact.legID
        case .speechRecognized(let fact): fact.legID
        case .ringing(let leg), .earlySound(let leg), .answered(let leg), .answerClassified(let leg, _),
            .digit(let leg, _),
            .playFinished(let leg, _, _), .ended(let leg, _):
            leg
        }
    }

    /// Told again of a leg that is known, or was, it changes nothing.
    var comesOrGoes: Bool {
        switch self {
        case .arrived, .ended: true
        default: false
        }
    }

    /// The same, as the call understands it; nil for an arrival, which makes a call.
    var callInput: CallInput? {
        switch self {
        case .arrived: nil
        case .ringing(let leg): .legRinging(leg)
        case .earlySound(let leg): .earlySound(leg)
        case .answered(let leg): .legAnswered(leg)
        case .answerClassified(let leg, let result): .answerClassified(leg, result)
        case .digit(let leg, let digit): .digit(leg, digit)
        case .transferAsked(let fact): .transferAsked(fact)
        case .faxEnded(let fact): .faxEnded(fact)
        case .speechRecognized(let fact): .speechRecognized(fact)
        case .playFinished(let leg, let playID, let outcome): .playFinished(leg, playID: playID, outcome)
        case .ended(let leg, let cause): .legEnded(leg, cause)
        }
    }
}

/// One agent of one tenant.
struct AgentKey: Sendable, Hashable, Comparable {
    let tenant: TenantID
    let agentID: AgentID

    static func < (left: AgentKey, right: AgentKey) -> Bool {
        (left.tenant, left.agentID) < (right.tenant, right.agentID)
    }
}

/// What is to be done for a shard's calls and agents. In the order of the list.
///
/// Indirect, because a call is large and lists of actions are put together from many: a step is a reference then.
indirect enum ShardAction: Sendable {
    case publish(any Fact, tenant: TenantID)
    /// For media-server; the legs carry the call, as it is now, as their context.
    case command(CallState, LegID, [LegCommand])
    case originate(CallState, LegID, Destination, from: String, displayName: String?, ringSeconds: Int)
    /// The telephone is in a leg that is to end, or was a moment ago: the next is called later, at this time at the latest.
    case ringTimer(LegID, number: Int, at: Timestamp)
    case hangUpStray(LegID, tenant: TenantID, on: InstanceID)
    /// A telephone that dials and may not.
    case refuseLeg(LegID, EndCause, tenant: TenantID, on: InstanceID)
    /// For acd.
    case enqueue(WaitingCall)
    case dequeue(CallID, tenant: TenantID)
    case offerEnded(OfferEnded, tenant: TenantID)
    case askQueue(QueueID, for: CallID, tenant: TenantID)
    /// For crm.
    case findCustomer(number: String, for: CallID, tenant: TenantID)
    /// For a call's flow: acd's, crm's or somebody else's answer is told to it with the step.
    case ask(FlowTask, step: Int, for: CallID, tenant: TenantID)
    case showCustomer(AgentID, CallID, CustomerCard, tenant: TenantID)
    case callTimer(CallID, tenant: TenantID, CallTimer, at: Timestamp)
    case agentTimer(AgentKey, revision: UInt64, at: Timestamp)
    case saveAgent(AgentState)
    case saveCall(CallState)
    /// It is over: to be remembered until its legs have been told, then no more.
    case forgetCall(CallState)
    case passed([FlowPassage], tenant: TenantID)
    /// A conference is over: nothing more comes for its room.
    case forgetRoom(CallID)
    /// Something was found wrong and put right.
    case repaired(String, CallID?, LegID?)
    case refuse(Failure)
}

extension [ShardAction] {
    /// Why the input was refused; nil if it was accepted.
    var refusal: Failure? {
        for case .refuse(let failure) in self { return failure }
        return nil
    }
}

extension LegCommand {
    var endsLeg: Bool { if case .hangUp = self { true } else { false } }
}
