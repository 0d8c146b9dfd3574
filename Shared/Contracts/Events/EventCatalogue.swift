/// Every event of the suite, in the order of docs/events.md, which a test compares with it.
public enum EventCatalogue {
    public static let facts: [any Fact.Type] = [
        TenantChanged.self, UserChanged.self, UserSessionsEnded.self, AccessNumberChanged.self, CustomerChanged.self,
        LegArrived.self, LegRinging.self, LegAnswered.self, LegDigit.self, LegTransferAsked.self, LegPlayFinished.self,
        LegEnded.self, LegAnswerClassified.self, LegGreetingEnded.self, LegMediaEnded.self, LegFaxEnded.self,
        LegSpeechRecognized.self,
        FaxEnded.self,
        RecordingClosed.self,
        RecordingVerified.self, RecordingMissing.self, RecordingHandled.self, RecordingPlaceChanged.self,
        PhoneRegistrationChanged.self, TrunkStateChanged.self, DialRefused.self,
        CallStarted.self, CallQueued.self, CallOffered.self, CallOfferEnded.self, CallAnswered.self,
        CallHoldChanged.self, CallPartiesChanged.self, CallTransferred.self, CallParked.self, CallDataChanged.self,
        CallRecordingChanged.self, CallSurveyAnswered.self, VoicemailLeft.self, CallEnded.self,
        AfterCallWorkEnded.self, AgentStateChanged.self,
        AgentPauseExceeded.self, SupervisorActed.self,
        RoutingDecided.self, RoutingNoted.self, SeatLocked.self, SeatUnlocked.self,
        WorkEntered.self, WorkOffered.self, WorkOfferEnded.self, WorkProgressed.self, WorkEnded.self, AttemptEnded.self,
    ]

    public static let signals: [any Signal.Type] = [LegQuality.self, QueueTicked.self, AgentsTicked.self]
}
