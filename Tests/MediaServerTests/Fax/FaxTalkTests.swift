import Contracts
import Testing

@testable import MediaServer

@Suite struct FaxTalkTests {
    @Test func `who receives offers T.38 when he hears a machine`() {
        var talk = FaxTalk(.automatic, sends: false)
        #expect(talk.handle(.began(isPlain: true)) == [])
        #expect(talk.handle(.machineHeard) == [.offer])
        #expect(talk.handle(.agreed) == [.change])
        #expect(talk.stage == .image)
    }

    @Test func `who sends leaves the offer to who receives`() {
        var talk = FaxTalk(.automatic, sends: true)
        #expect(talk.handle(.machineHeard) == [])
        #expect(talk.handle(.peerOffers) == [.accept])
        #expect(talk.handle(.agreed) == [.change])
        #expect(talk.handle(.agreed) == [])
    }

    @Test func `who is refused goes on in sound, and does not ask again`() {
        var talk = FaxTalk(.automatic, sends: false)
        _ = talk.handle(.machineHeard)
        #expect(talk.handle(.refused) == [])
        #expect(talk.stage == .sound)
        #expect(talk.handle(.machineHeard) == [])
    }

    @Test func `in sound only nothing is offered, and T.38 is refused`() {
        var talk = FaxTalk(.sound, sends: false)
        #expect(talk.handle(.began(isPlain: true)) == [])
        #expect(talk.handle(.machineHeard) == [])
        #expect(talk.handle(.peerOffers) == [.refuse])
    }

    @Test func `T.38 is offered at once when it is asked for, or when the sound lets no modem through`() {
        var asked = FaxTalk(.t38, sends: true)
        #expect(asked.handle(.began(isPlain: true)) == [.offer])
        var narrow = FaxTalk(.automatic, sends: true)
        #expect(narrow.handle(.began(isPlain: false)) == [.offer])
    }
}
