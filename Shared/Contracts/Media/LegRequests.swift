public import Foundation

/// Something to be heard.
public enum Prompt: Codable, Sendable, Equatable, Hashable {
    /// A prompt file of the tenant, or of the platform, by name.
    case file(String)
    /// Text to speech; the language is `zh` or `en`.
    case speech(String, language: String)
    /// Hold music, without end.
    case music
    /// The ring-back tone, without end.
    case ringback
    /// What was recorded of the caller, left out if it cannot be played: he hears his message before it is kept.
    case recording(RecordingID)
}

/// What can be done to a leg.
public enum LegCommand: Codable, Sendable, Equatable {
    /// 180 Ringing to the caller.
    case ring
    case answer
    /// Ends what is played before, then plays these one after the other. `leg.play_finished` carries `playID`.
    case play(playID: Int, prompts: [Prompt], loop: Bool, stopsOnDigit: Bool)
    case stopPlaying
    /// Both hear each other from now on; what was played to either ends. Each is answered, or rings with sound.
    case bridge(with: LegID)
    /// The leg leaves its bridge or its room, in silence; all stay up, and those in the room go on.
    case unbridge
    /// These legs, and only these, sit in the call's room from now on, whichever leg is told so: who is named leaves any
    /// other room or bridge, what was played to it ends, and who is not named any more is in silence. Told again, nothing
    /// changes. Each is answered, or rings with sound, and is on this server. A leg that ends leaves the room. Who talks
    /// is on the call's recordings. No seats: there is no room any more.
    case confer(CallID, [RoomSeat])
    case sendDigits(String)
    /// Listens from now on who or what has answered; `leg.answer_classified` says so. Asked again, it begins anew. The leg is
    /// answered, or rings with sound.
    case detectAnswer(AnswerDetection)
    /// Asks a ringing phone to answer itself (NOTIFY with `Event: talk`).
    case askToAnswer
    /// `customer` on the left channel, `agent` on the right; each may still be to come. While the call has a room, all
    /// others who talk in it are on the right.
    case record(RecordingID, of: CallID, customer: LegID?, agent: LegID?)
    case stopRecording(RecordingID)
    /// The telephone that asked for a transfer is told that it is not to be; its call goes on.
    case refuseTransfer(EndCause)
    /// What is known of what is recorded, for its row and for who looks for it; replaces what was known before.
    case describeRecording(RecordingID, RecordingAbout)
    /// From now on the recording takes nothing in, until it is resumed: card numbers are nobody's business. Whether it
    /// leaves silence or a cut is the tenant's setting. Told again, nothing changes.
    case pauseRecording(RecordingID)
    case resumeRecording(RecordingID)
    /// Sends the fax's document, which media-server has; `leg.fax_ended` says how that went. The leg is answered and alone.
    case sendFax(FaxID, FaxOptions)
    /// Answers as a fax machine from now on; `leg.fax_ended` says what came, `fax.ended` that its document is in its place.
    /// The leg is answered and alone.
    case receiveFax(FaxID, of: CallID?, FaxOptions)
    /// Listens from now on for what is said; `leg.speech_recognized` says so. Speech ends what is played, and a key ends the
    /// listening, of which nothing is told then. Another recognition begins anew. The leg is answered.
    case recognize(SpeechRecognition)
    case stopRecognizing
    case hangUp(EndCause)
}

/// Commands for one leg, done in order, to the instance that holds it.
///
/// `context` replaces what the leg carries for cti, so that a new owner of the call can go on from there; nil leaves it.
/// - Throws: `Failure.notFound` if there is no such leg, `Failure.conflict` if its state does not allow a command (those
///   before it are done), `Failure.staleEpoch` if the sender no longer owns the tenant.
public struct CommandLeg: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "media-server.command_leg"
    public let legID: LegID
    public let commands: [LegCommand]
    public let context: Data?

    public init(legID: LegID, commands: [LegCommand], context: Data? = nil) {
        self.legID = legID
        self.commands = commands
        self.context = context
    }
}

/// Where a new leg leads.
public enum Destination: Codable, Sendable, Equatable, Hashable {
    /// A registered phone of the tenant.
    case phone(PhoneID)
    /// A number outside, through a trunk.
    case number(String)
}

/// Calls a phone or a number. The answer comes as `leg.ringing`, `leg.answered` or `leg.ended`.
///
/// `legID` is chosen by the caller, so that asking again makes no second call.
/// - Throws: `Failure.notFound` if the phone is not registered or no trunk serves, `Failure.unavailable` when full.
public struct OriginateLeg: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "media-server.originate_leg"
    public let legID: LegID
    public let destination: Destination
    /// Number and name shown to the called.
    public let from: String
    public let displayName: String?
    public let ringSeconds: Int
    public let context: Data
    /// The leg of the same call that it will talk with: what that one speaks is offered first, so that nothing has to be
    /// translated, and a server that drains still makes the legs that its calls need. Nil for the first leg of a call.
    public let beside: LegID?
    /// It is to carry a fax: only what a modem can be heard through is offered.
    public let isFax: Bool?

    public init(
        legID: LegID, destination: Destination, from: String, displayName: String? = nil, ringSeconds: Int,
        context: Data, beside: LegID? = nil, isFax: Bool? = nil
    ) {
        self.legID = legID
        self.destination = destination
        self.from = from
        self.displayName = displayName
        self.ringSeconds = ringSeconds
        self.context = context
        self.beside = beside
        self.isFax = isFax
    }
}

/// All legs of the tenants in the given shards, and the number of the fact stream that this is true at.
public struct ListLegs: BusRequest, Equatable {
    public typealias Reply = LegList
    public static let name = "media-server.list_legs"
    public let shards: [Shard]
    public init(shards: [Shard]) { self.shards = shards }
}

/// What ``ListLegs`` answers.
public struct LegList: Codable, Sendable, Equatable {
    public let legs: [LegSnapshot]
    /// Phones that are registered, by tenant.
    public let phones: [RegisteredPhone]
    public let stream: String
    public let number: UInt64

    public init(legs: [LegSnapshot], phones: [RegisteredPhone], stream: String, number: UInt64) {
        self.legs = legs
        self.phones = phones
        self.stream = stream
        self.number = number
    }
}

/// A phone that can be called.
public struct RegisteredPhone: Codable, Sendable, Equatable {
    public let tenant: TenantID
    public let phoneID: PhoneID
    public init(tenant: TenantID, phoneID: PhoneID) {
        self.tenant = tenant
        self.phoneID = phoneID
    }
}

/// One leg as its media-server knows it.
public struct LegSnapshot: Codable, Sendable, Equatable {
    public enum State: String, Codable, Sendable { case arrived, dialling, ringing, answered }

    public let legID: LegID
    public let tenant: TenantID
    public let state: State
    public let from: String
    public let to: String
    public let trunkID: TrunkID?
    public let phoneID: PhoneID?
    public let bridgedWith: LegID?
    /// The call in whose room it sits, and as what; nil for none, and from a media-server that knows none.
    public let room: CallID?
    public let role: RoomRole?
    /// What cti attached last; empty for a leg that cti has not touched.
    public let context: Data
    public let arrivedAt: Timestamp
    public let answeredAt: Timestamp?
    /// What came with the call, as in ``LegArrived``.
    public let attributes: [String: String]?

    public init(
        legID: LegID, tenant: TenantID, state: State, from: String, to: String, trunkID: TrunkID?, phoneID: PhoneID?,
        bridgedWith: LegID?, room: CallID? = nil, role: RoomRole? = nil, context: Data, arrivedAt: Timestamp,
        answeredAt: Timestamp?, attributes: [String: String]? = nil
    ) {
        self.legID = legID
        self.tenant = tenant
        self.state = state
        self.from = from
        self.to = to
        self.trunkID = trunkID
        self.phoneID = phoneID
        self.bridgedWith = bridgedWith
        self.room = room
        self.role = role
        self.context = context
        self.arrivedAt = arrivedAt
        self.answeredAt = answeredAt
        self.attributes = attributes
    }
}
