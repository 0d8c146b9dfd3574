import Contracts

/// What the switch's state is told, and what it answers.
extension SwitchState {
    enum Input: Sendable {
        case arrived(Leg)
        case originate(Leg, OriginateLeg, reply: ReplyToken)
        case command(CommandLeg, tenant: TenantID?, reply: ReplyToken)
        /// A call out is tried, or has been: by this trunk, and so far like this.
        case routed(LegID, TrunkID?, RouteRecord)
        /// The far end rings; with sound, if it is heard already.
        case ringing(LegID, hasSound: Bool)
        /// The far end answered our INVITE, or acknowledged our answer.
        case answered(LegID)
        case ended(LegID, EndCause, sipStatus: Int?, failure: DialFailure? = nil)
        case digit(LegID, Character)
        /// A key that did not come with the sound, so that whoever hears the leg has not heard it yet.
        case key(LegID, Character)
        /// The far end asks for a transfer; the number is nil if none can be read.
        case transferAsked(LegID, number: String?, consultation: LegID?)
        /// Nobody has said in time what becomes of the transfer.
        case transferExpired(LegID)
        case playFinished(LegID, playID: Int, LegPlayFinished.Outcome)
        case faxEnded(LegFaxEnded, TenantID)
        case recognized(LegSpeechRecognized)
        case mediaTimedOut(LegID)
        /// The far end's description leads to no sound.
        case soundFailed(LegID)
        /// Nobody has claimed the leg in time.
        case claimExpired(LegID)
        /// Take no new calls, or take them again.
        case drain(Bool)
        /// Everybody is to be hung up.
        case stop
    }

    enum Action: Sendable {
        case dial(Leg, OriginateLeg)
        case ring(LegID)
        case answer(LegID)
        /// Refuses, cancels or says BYE, whatever the leg's state wants.
        case hangUp(LegID, EndCause)
        case play(LegID, playID: Int, [Prompt], loop: Bool, stopsOnDigit: Bool)
        case stopPlaying(LegID)
        case bridge(LegID, LegID)
        case unbridge(LegID, LegID)
        /// The leg leaves its room.
        case part(LegID)
        /// These, and only these, sit in the room; who left it was parted before.
        case arrange(CallID, [RoomSeat])
        case sendDigits(LegID, String)
        /// To a leg that hears the other which pressed it, unless it has come with the sound.
        case relayDigit(LegID, Character)
        case acceptReferral(LegID)
        case refuseReferral(LegID, status: Int)
        /// What became of a transfer that was accepted.
        case concludeReferral(LegID, status: Int)
        case detectAnswer(LegID, AnswerDetection)
        case askToAnswer(LegID)
        case record(RecordingID, of: CallID, TenantID, customer: LegID?, agents: [LegID])
        case describeRecording(RecordingID, RecordingAbout)
        case pauseRecording(RecordingID)
        case resumeRecording(RecordingID)
        case stopRecording(RecordingID)
        case fax(LegID, FaxOrder)
        case recognize(LegID, SpeechRecognition)
        case stopRecognizing(LegID)
        /// From now on a leg that stays silent is told of.
        case expectSound(LegID)
        /// Frees port and signalling of a leg that has ended.
        case release(LegID, TenantID)
        case awaitClaim(LegID)
        case publish(any Fact, TenantID)
        case reply(ReplyToken, Failure?)
    }
}
