/// A stream of messages: how it is cut into pieces makes no difference. The first byte says how.
func check(_ bytes: [UInt8]) {
    var reader = InputReader(bytes)
    let length = Int(reader.byte()) + 1
    let stream = reader.bytes(bytes.count)
    let whole = frames(of: stream, inPiecesOf: stream.count)
    let pieces = frames(of: stream, inPiecesOf: length)
    mustHold(whole.isBroken || whole.frames == pieces.frames, "the pieces of a stream make no difference")
    for case .message(let message) in whole.frames { _ = try? SIPParser.parse(message) }
}

private func frames(
    of stream: [UInt8], inPiecesOf length: Int
) -> (frames: [SIPStreamFramer.Frame], isBroken: Bool) {
    var framer = SIPStreamFramer()
    var found: [SIPStreamFramer.Frame] = []
    var rest = stream[...]
    while !rest.isEmpty {
        guard let frames = try? framer.append(rest.prefix(length)) else { return (found, true) }
        found += frames
        rest = rest.dropFirst(length)
    }
    // A fault behind the last whole message is told by the next call.
    guard (try? framer.append([])) != nil else { return (found, true) }
    return (found, false)
}
