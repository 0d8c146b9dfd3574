import Testing

@testable import SandboxCarrier

@Suite struct DelayHistogramTests {
    @Test func `a percentile is right to a tenth`() {
        var histogram = DelayHistogram()
        for microseconds in 1...1_000 { histogram.take(nanoseconds: Int64(microseconds) * 1_000) }
        #expect((500...550).contains(histogram.percentile(50)))
        #expect((990...1_090).contains(histogram.percentile(99)))
    }

    @Test func `what two counted is added up, and nothing counted is 0`() {
        var all = DelayHistogram()
        #expect(all.percentile(99) == 0)
        for delay in [100_000, -5, Int64.max] {
            var one = DelayHistogram()
            one.take(nanoseconds: delay)
            all.add(one)
        }
        #expect((100...110).contains(all.percentile(50)))
        #expect(all.percentile(0.1) < 2)
        #expect(all.percentile(100) > 900_000)
    }

    @Test func `a stamp is read from where it was written, and from nowhere else`() {
        let payload = UnsafeMutableRawBufferPointer.allocate(byteCount: 160, alignment: 1)
        defer { payload.deallocate() }
        payload.initializeMemory(as: UInt8.self, repeating: 0xD5)
        #expect(SentStamp.read(UnsafeRawBufferPointer(payload)) == nil)
        SentStamp.write(into: payload)
        #expect(SentStamp.read(UnsafeRawBufferPointer(payload)) ?? 0 > 1_700_000_000_000_000_000)
        #expect(SentStamp.read(UnsafeRawBufferPointer(rebasing: payload[..<8])) == nil)
    }
}
