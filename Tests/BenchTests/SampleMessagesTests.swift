import SDP
import SIP
import Testing

@testable import Bench

@Suite struct SampleMessagesTests {
    @Test(arguments: SampleMessages.all.indices)
    func `a sample is an INVITE whose whole body is a session description`(_ index: Int) throws {
        let sample = SampleMessages.all[index]
        guard case .request(let request) = try SIPParser.parse(sample.bytes) else {
            Issue.record("\(sample.name) is no request")
            return
        }
        #expect(request.method == .invite)
        let description = try SessionDescription(parsing: request.body)
        #expect(description.media.count == 1)
        let end = try #require(sample.bytes.indices.first { sample.bytes[$0...].starts(with: "\r\n\r\n".utf8) })
        #expect(request.body == Array(sample.bytes[(end + 4)...]))
    }

    @Test func `every line of a sample ends as on the wire`() {
        for sample in SampleMessages.all {
            let feeds = sample.bytes.indices.filter { sample.bytes[$0] == UInt8(ascii: "\n") }
            #expect(feeds.count > 10)
            #expect(feeds.allSatisfy { $0 > 0 && sample.bytes[$0 - 1] == UInt8(ascii: "\r") })
        }
    }
}
