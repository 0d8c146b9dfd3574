import Contracts
import TestSupport
import Testing

@testable import MediaServer

@Suite struct HearingMatrixTests {
    @Test func `two who talk hear each other, and need no mixing`() {
        let seats = [RoomSeat("anna", .talk), RoomSeat("bert", .talk)]
        #expect(words(seats) == ["anna hears bert", "bert hears anna"])
        #expect(HearingMatrix(seats).pair ?? (9, 9) == (0, 1))
    }

    @Test func `three who talk hear one another and not themselves`() {
        #expect(
            words([RoomSeat("anna", .talk), RoomSeat("bert", .talk), RoomSeat("carl", .talk)])
                == ["anna hears bert+carl", "bert hears anna+carl", "carl hears anna+bert"])
    }

    @Test func `who listens hears all who talk and is heard by nobody`() {
        let seats = [RoomSeat("anna", .talk), RoomSeat("bert", .talk), RoomSeat("carl", .listen)]
        #expect(words(seats) == ["anna hears bert", "bert hears anna", "carl hears anna+bert"])
        #expect(HearingMatrix(seats).pair == nil)
    }

    @Test func `who whispers is heard by one only`() {
        #expect(
            words([RoomSeat("anna", .talk), RoomSeat("bert", .talk), RoomSeat("carl", .whisper(to: "bert"))])
                == ["anna hears bert", "bert hears anna+carl", "carl hears anna+bert"])
    }

    @Test func `of two supervisors neither hears the other listen or whisper`() {
        #expect(
            words([
                RoomSeat("anna", .talk), RoomSeat("bert", .talk), RoomSeat("carl", .whisper(to: "bert")),
                RoomSeat("dora", .listen),
            ]) == [
                "anna hears bert", "bert hears anna+carl", "carl hears anna+bert", "dora hears anna+bert",
            ])
    }

    @Test func `who whispers to somebody gone is heard by nobody`() {
        #expect(
            words([RoomSeat("anna", .talk), RoomSeat("carl", .whisper(to: "bert"))]) == [
                "anna hears nobody", "carl hears anna",
            ])
    }

    @Test func `who is taken over from hears nobody, and the two who are left need no mixing`() {
        let seats = [RoomSeat("anna", .talk), RoomSeat("bert", .apart), RoomSeat("carl", .talk)]
        #expect(words(seats) == ["anna hears carl", "bert hears nobody", "carl hears anna"])
        #expect(HearingMatrix(seats).pair ?? (9, 9) == (0, 2))
    }

    @Test func `alone, there is nobody to hear`() {
        #expect(HearingMatrix([RoomSeat("anna", .talk)]).isSilent)
        #expect(HearingMatrix([]).isSilent)
        #expect(!HearingMatrix([RoomSeat("anna", .talk), RoomSeat("bert", .listen)]).isSilent)
    }

    private func words(_ seats: [RoomSeat]) -> [String] {
        let matrix = HearingMatrix(seats)
        return seats.indices.map { row in
            let heard = seats.indices.filter { matrix.hears(row, $0) }.map { seats[$0].legID.rawValue }
            return "\(seats[row].legID) hears \(heard.isEmpty ? "nobody" : heard.joined(separator: "+"))"
        }
    }
}
