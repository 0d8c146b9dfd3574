import Contracts
import WebRTC

/// What a media thread is asked to do.
enum MediaCommand: Sendable {
    /// A leg is yours from now on: a new one, or one from another thread.
    /// Apart, for a leg is many times as large as all else that is asked.
    indirect case adopt(MediaLeg)
    /// A leg is on its way to you; keep what is asked of it until it is there.
    case expect(LegID)
    /// Hand a leg over to another thread.
    case release(LegID, to: Int)
    case connect(LegID, RemoteMedia, SocketAddress)
    case expectSound(LegID)
    case play(LegID, Playback)
    case stopPlaying(LegID)
    case bridge(LegID, LegID)
    case unbridge(LegID)
    /// These, and only these, sit in the room.
    case arrange(CallID, [RoomSeat])
    case sendDigits(LegID, String)
    case detectAnswer(LegID, AnswerDetection)
    case recognize(LegID, SpeechRecognition?)
    case record(LegID, RecordingTrack?)
    /// A fax begins, or has ended.
    case fax(LegID, FaxLine?)
    /// For the worker of the fax.
    case faxMessage(LegID, [UInt8])
    /// What is sent and heard from now on is a fax by T.38.
    case image(LegID, SocketAddress)
    /// A browser's line goes by another name: that of the call it carries, or its own.
    case rename(LegID, LegID)
    /// A browser has come back, or another has come instead.
    case link(LegID, SecureLink)
    /// The browser looks for another way to us.
    case restartICE(LegID, ICECredentials, remote: ICECredentials)
    case close(LegID)
    case stop(CheckedContinuation<Void, Never>)

    /// The legs that must be there for it.
    var legs: [LegID] {
        switch self {
        case .adopt, .expect, .stop: []
        case .release(let leg, _), .connect(let leg, _, _), .expectSound(let leg), .play(let leg, _),
            .stopPlaying(let leg), .unbridge(let leg), .sendDigits(let leg, _), .detectAnswer(let leg, _),
            .recognize(let leg, _),
            .record(let leg, _), .close(let leg), .fax(let leg, _), .image(let leg, _), .faxMessage(let leg, _),
            .link(let leg, _), .restartICE(let leg, _, _):
            [leg]
        case .bridge(let first, let second), .rename(let first, let second): [first, second]
        case .arrange(_, let seats): seats.map(\.legID)
        }
    }
}
