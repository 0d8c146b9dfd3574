import Testing

@testable import Fax

@Suite struct UDPTLTests {
    @Test(arguments: [
        UDPTLPacket(sequence: 0, primary: [6]),
        UDPTLPacket(sequence: 65_535, primary: [1, 2, 3], recovery: .secondaries([[4, 5], [6]])),
        UDPTLPacket(sequence: 7, primary: Array(repeating: 9, count: 300), recovery: .secondaries([[1]])),
        UDPTLPacket(sequence: 9, primary: [1], recovery: .parity(span: 3, [[1, 2], [3, 4]])),
    ])
    func `a packet is read as it was written`(packet: UDPTLPacket) {
        #expect(UDPTLPacket(packet.bytes) == packet)
    }

    @Test func `the bytes are those of the standard`() {
        let packet = UDPTLPacket(sequence: 258, primary: [0x06], recovery: .secondaries([[0x02, 0x03]]))
        #expect(packet.bytes == [0x01, 0x02, 0x01, 0x06, 0x00, 0x01, 0x02, 0x02, 0x03])
    }

    @Test func `what is cut off anywhere is no packet`() {
        let whole = UDPTLPacket(sequence: 1, primary: [1, 2, 3], recovery: .secondaries([[4, 5], [6]])).bytes
        for length in 0..<whole.count { #expect(UDPTLPacket(whole[..<length]) == nil) }
    }

    @Test(
        arguments: [
            [0, 0, 0, 0, 0], [0, 0, 0xC1, 1, 0, 0], [0, 0, 1, 6, 0, 0xFF], [0, 0, 1, 6, 0x80, 9, 1, 1],
            [0, 0, 1, 6, 0x80, 1, 255, 2, 1, 1, 1, 1],
        ] as [[UInt8]])
    func `what makes no sense is no packet`(bytes: [UInt8]) {
        #expect(UDPTLPacket(bytes) == nil)
    }

    @Test func `a datagram longer than any real one is not read`() {
        #expect(UDPTLPacket([0, 0, 1, 6, 0, 0] + Array(repeating: 0, count: UDPTLPacket.maximumBytes)) == nil)
    }

    @Test func `one packet in twenty lost is made good by those sent along`() {
        var sender = UDPTLSender(redundancy: 3)
        var receiver = UDPTLReceiver()
        var heard: [[UInt8]] = []
        let said = (0..<1_000).map { [UInt8(truncatingIfNeeded: $0), UInt8($0 / 256)] }
        for (number, ifp) in said.enumerated() {
            let datagram = sender.datagram(ifp)
            guard number % 20 != 7, let packet = UDPTLPacket(datagram) else { continue }
            heard += receiver.take(packet).map(\.ifp)
        }
        #expect(heard == said)
        #expect(receiver.repaired == 50)
        #expect(receiver.lost == 0)
    }

    @Test func `numbers go round, and are handed on each once and in order`() {
        var receiver = UDPTLReceiver()
        let numbers: [UInt16] = [65_533, 65_534, 65_535, 0, 1]
        for number in numbers {
            let packet = UDPTLPacket(sequence: number, primary: [1])
            #expect(receiver.take(packet).map(\.sequence) == [number])
            #expect(receiver.take(packet).isEmpty)
        }
        #expect(receiver.take(UDPTLPacket(sequence: 65_534, primary: [1])).isEmpty)
    }

    @Test func `what nobody can make good is left out, and counted`() {
        var receiver = UDPTLReceiver()
        _ = receiver.take(UDPTLPacket(sequence: 1, primary: [1]))
        let news = receiver.take(UDPTLPacket(sequence: 5, primary: [5], recovery: .secondaries([[4], [3]])))
        #expect(news.map(\.ifp) == [[3], [4], [5]])
        #expect(receiver.lost == 1)
    }

    @Test func `one lost packet is made good from parity`() {
        var receiver = UDPTLReceiver()
        let said: [[UInt8]] = [[1, 9], [2, 8], [3, 7], [4, 6]]
        for number in 0..<3 { _ = receiver.take(UDPTLPacket(sequence: UInt16(number), primary: said[number])) }
        let parity = (0..<2).map { place in said.reduce(0) { $0 ^ $1[place] } }
        let news = receiver.take(UDPTLPacket(sequence: 4, primary: [5, 5], recovery: .parity(span: 4, [parity])))
        #expect(news.map(\.ifp) == [[4, 6], [5, 5]])
    }

    @Test func `a stream that jumps far begins anew`() {
        var receiver = UDPTLReceiver()
        _ = receiver.take(UDPTLPacket(sequence: 1, primary: [1]))
        #expect(receiver.take(UDPTLPacket(sequence: 30_000, primary: [2])).map(\.ifp) == [[2]])
        #expect(receiver.lost == 0)
    }

    @Test func `no datagram is longer than the other side takes`() {
        var sender = UDPTLSender(redundancy: 3, longest: 200)
        for _ in 0..<10 { #expect(sender.datagram(Array(repeating: 1, count: 90)).count <= 200) }
    }

    @Test func `the head of a packet of sound is read as it was written`() {
        let head = FaxSound(isALaw: true, sequence: 65_000, timestamp: 0xFEDC_BA98)
        var bytes = [UInt8](repeating: 0, count: FaxSound.size)
        bytes.withUnsafeMutableBytes { head.write(into: $0) }
        #expect(bytes.withUnsafeBytes { FaxSound($0) } == head)
        #expect(bytes.dropLast().withUnsafeBytes { FaxSound($0) } == nil)
    }
}
