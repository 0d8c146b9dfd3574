import Contracts
import TestSupport
import Testing

@testable import CTI

/// Who is in a conference, who hears whom, and what the others are told.
@Suite struct ConferenceTests {
    private var conference = Conference(room: "room", mediaServer: media)

    private func member(_ call: CallID, leads: Bool = false, name: String? = nil) -> Conference.Member {
        let seat = Conference.Seat(number: "100", room: "room", isModerator: leads, name: name, joinedAt: second(0))
        return .init(callID: call, legID: LegID(rawValue: call.rawValue), seat: seat)
    }

    @Test mutating func `the first hears music, the second talks with him, who is told of him`() {
        let settings = ConferenceSettings(name: "Daily")
        #expect(conference.join(member("a"), settings) == [.tell("a", isAlone: true, nil)])
        #expect(
            conference.join(member("b", name: "Li Lei"), settings) == [
                .seat(["a", "b"]), .tell("a", isAlone: false, .init(kind: .came, name: "Li Lei")),
                .tell("b", isAlone: false, nil),
            ])
        #expect(
            conference.leave("b", settings) == [
                .seat([]), .tell("a", isAlone: true, .init(kind: .left, name: "Li Lei")),
            ])
        #expect(conference.leave("a", settings).isEmpty)
        #expect(conference.members.isEmpty)
    }

    @Test mutating func `where nothing is announced nobody hears who comes`() {
        let settings = ConferenceSettings(name: "Quiet", isAnnounced: false)
        _ = conference.join(member("a"), settings)
        #expect(
            conference.join(member("b"), settings)
                == [.seat(["a", "b"]), .tell("a", isAlone: false, nil), .tell("b", isAlone: false, nil)])
    }

    @Test mutating func `nobody hears anybody before a moderator has come`() {
        let settings = ConferenceSettings(
            name: "Board", moderatorPIN: "9999", isAnnounced: false, waitsForModerator: true)
        _ = conference.join(member("a"), settings)
        #expect(!conference.join(member("b"), settings).contains { if case .seat = $0 { true } else { false } })
        #expect(conference.join(member("m", leads: true), settings).first == .seat(["a", "b", "m"]))
    }

    @Test mutating func `the last moderator leaves: it is over for all`() {
        let settings = ConferenceSettings(name: "Board", moderatorPIN: "9999", endsWithModerator: true)
        for call in ["a", "b"] as [CallID] { _ = conference.join(member(call), settings) }
        for call in ["m", "n"] as [CallID] { _ = conference.join(member(call, leads: true), settings) }
        #expect(conference.leave("m", settings).first == .seat(["a", "b", "n"]), "one leads still")
        #expect(conference.leave("n", settings) == [.seat([]), .over("a"), .over("b")])
        #expect(conference.members.isEmpty)
    }

    @Test mutating func `who asks to join is let in by number and PIN, up to the limit, on one media-server`() {
        let settings = ConferenceSettings(name: "Board", pin: "1234", moderatorPIN: "9999", mostMembers: 2)
        func admitted(_ pin: String, _ settings: ConferenceSettings?, on server: InstanceID = media) -> String {
            switch Conference.admit(pin: pin, settings: settings, to: conference, on: server) {
            case .success(let leads): leads ? "moderator" : "member"
            case .failure(let error): error.refusal.rawValue
            }
        }
        #expect(admitted("1234", nil) == "unknown")
        #expect(admitted("1234", settings) == "member")
        #expect(admitted("9999", settings) == "moderator")
        #expect(admitted("", settings) == "wrongPIN")
        #expect(admitted("0000", ConferenceSettings(name: "Open")) == "member", "nobody is asked for one")
        #expect(admitted("1234", settings, on: InstanceID(.mediaServer, 2)) == "elsewhere")
        _ = conference.join(member("a"), settings)
        _ = conference.join(member("b"), settings)
        #expect(admitted("9999", settings) == "full")
    }

    @Test func `what is set for it must make sense`() {
        func isRefused(_ settings: ConferenceSettings) -> Bool {
            do throws(Failure) {
                try settings.check()
                return false
            } catch { return true }
        }
        #expect(!isRefused(.init(name: "Board", pin: "1234", moderatorPIN: "9999", mostMembers: 32)))
        for wrong: ConferenceSettings in [
            .init(name: ""), .init(name: "a", pin: "123"), .init(name: "a", pin: "12a4"),
            .init(name: "a", pin: "1234", moderatorPIN: "1234"), .init(name: "a", mostMembers: 33),
            .init(name: "a", waitsForModerator: true),
        ] { #expect(isRefused(wrong), "\(wrong)") }
    }
}
