import RTP
import Testing

@Suite struct TelephoneEventTests {
    var receiver = TelephoneEventReceiver()

    mutating func take(
        _ event: UInt8, _ duration: UInt16, end: Bool = false, timestamp: UInt32 = 1_000, at time: Int64 = 0
    ) -> TelephoneEventReceiver.News {
        receiver.take(TelephoneEvent(event: event, isEnd: end, duration: duration), timestamp: timestamp, at: time)
    }

    @Test func `an event is read and written`() throws {
        let bytes: [UInt8] = [11, 0x8A, 0x03, 0x20]
        let event = try #require(bytes.withUnsafeBytes { TelephoneEvent($0) })
        #expect(event == TelephoneEvent(event: 11, isEnd: true, volume: 10, duration: 800))
        var copy = [UInt8](repeating: 0, count: 4)
        let isWritten = copy.withUnsafeMutableBytes { event.write(into: $0) }
        #expect(isWritten)
        #expect(copy == bytes)
        #expect(bytes.prefix(3).withUnsafeBytes { TelephoneEvent($0) } == nil)
    }

    @Test func `keys and event numbers match`() {
        for (event, key) in "0123456789*#ABCD".enumerated() {
            #expect(Digit.character(of: UInt8(event)) == key)
            #expect(Digit.event(of: key) == UInt8(event))
        }
        #expect(Digit.character(of: 16) == nil)
        #expect(Digit.event(of: "x") == nil)
    }

    @Test mutating func `a press of many packets begins once and ends once`() {
        #expect(take(5, 160) == .init(began: 5))
        #expect(take(5, 320) == .init())
        #expect(take(5, 480, end: true) == .init(ended: .init(event: 5, duration: 480)))
        #expect(take(5, 480, end: true) == .init())
        #expect(take(5, 480, end: true) == .init())
    }

    @Test mutating func `the same key twice is two presses`() {
        _ = take(5, 160, end: true)
        #expect(take(5, 160, timestamp: 3_000) == .init(began: 5))
    }

    @Test mutating func `a press of which only the end arrives still counts`() {
        #expect(take(3, 800, end: true) == .init(began: 3, ended: .init(event: 3, duration: 800)))
    }

    @Test mutating func `a press whose end was lost ends with the next`() {
        _ = take(1, 320)
        #expect(take(2, 160, timestamp: 9_000) == .init(overdue: .init(event: 1, duration: 320), began: 2))
    }

    @Test mutating func `a press whose end was lost ends in silence`() {
        _ = take(1, 320, at: 0)
        #expect(receiver.expire(at: 100_000) == nil)
        #expect(receiver.isPressed)
        #expect(receiver.expire(at: 151_000) == .init(event: 1, duration: 320))
        #expect(receiver.expire(at: 900_000) == nil)
        #expect(take(1, 480, end: true, at: 901_000) == .init())
    }

    @Test mutating func `a late packet of an earlier press changes nothing`() {
        _ = take(1, 320, end: true, timestamp: 1_000)
        _ = take(2, 160, timestamp: 5_000)
        #expect(take(1, 320, end: true, timestamp: 1_000) == .init())
    }

    @Test mutating func `a press longer than sixteen bits goes on`() {
        _ = take(7, .max, timestamp: 1_000)
        #expect(take(7, 160, timestamp: 66_535) == .init())
        #expect(
            take(7, 320, end: true, timestamp: 66_535) == .init(ended: .init(event: 7, duration: 65_855)))
    }

    @Test mutating func `what the sender makes, the receiver understands`() {
        var sender = TelephoneEventSender()
        #expect(sender.send("19x#") == true)
        var timestamp: UInt32 = .max - 300
        var heard: [TelephoneEventReceiver.Press] = []
        var markers = 0
        var time: Int64 = 0
        while sender.isActive {
            if let frame = sender.next(timestamp: timestamp) {
                markers += frame.marker ? 1 : 0
                let news = receiver.take(frame.event, timestamp: frame.timestamp, at: time)
                if let press = news.ended { heard.append(press) }
            }
            timestamp &+= 160
            time += 20_000
        }
        #expect(heard.map(\.event) == [1, 9, 11])
        #expect(heard.allSatisfy { $0.duration == 800 })
        #expect(markers == 3)
        #expect(sender.next(timestamp: 0) == nil)
    }

    @Test func `more keys than can wait are refused`() {
        var sender = TelephoneEventSender()
        #expect(sender.send(String(repeating: "1", count: 1_000)) == false)
        #expect(!sender.isActive)
    }
}
