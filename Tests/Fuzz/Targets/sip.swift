/// One datagram: what is read means the same after it was written and read again, and what is not read can be refused.
func check(_ bytes: [UInt8]) {
    do throws(SIPParseError) {
        let message = try SIPParser.parse(bytes)
        let again = try? SIPParser.parse(SIPWriter.bytes(message))
        mustHold(again == message, "a message survives being written and read")
    } catch {
        guard let answer = SIPRefusal.answer(to: bytes, error) else { return }
        mustHold(answer.bytes.count < bytes.count + 2_000, "a refusal is not much longer than what it refuses")
    }
}
