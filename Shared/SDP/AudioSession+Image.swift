// A call's sound gives way to a fax by T.38, and comes back: the stream changes its kind in its place (RFC 3264 §8.3.3), and
// the port stays.

extension SessionDescription {
    /// It wants a fax by T.38, and no sound besides.
    public var wantsImage: Bool {
        media.contains(where: \.isT38) && !media.contains { $0.kind == "audio" && $0.port != 0 }
    }

    /// What it says of T.38; nil if it wants none.
    public var imageTerms: T38Terms? { media.first(where: \.isT38).map { T38Terms($0.attributes) } }
}

extension AudioSession {
    /// Offers T.38 where there was sound.
    public mutating func offerImage(_ terms: T38Terms = T38Terms()) -> SessionDescription {
        var streams = lastStreams.map(\.refused)
        let image = image(terms)
        if let index = streams.firstIndex(where: { $0.kind == "audio" || $0.kind == "image" }) {
            streams[index] = image
        } else {
            streams.append(image)
        }
        return say(streams)
    }

    /// Answers an offer of T.38; all else in it is refused.
    /// - Parameter terms: what we say, if it is somebody else's who speaks through us; nil for our own.
    /// - Throws: ``NegotiationError/noImage``, ``NegotiationError/noAddress``
    public mutating func answerImage(
        _ offer: SessionDescription, saying terms: T38Terms? = nil
    ) throws(NegotiationError) -> (answer: SessionDescription, agreed: AgreedImage) {
        let (index, agreed) = try Self.image(in: offer)
        var streams = offer.media.map(\.refused)
        streams[index] = image(terms ?? agreed.terms.answer)
        return (say(streams), agreed)
    }

    /// Takes the answer to our offer of T.38.
    /// - Throws: ``NegotiationError/noImage``, ``NegotiationError/noAddress``
    public func acceptImage(_ answer: SessionDescription) throws(NegotiationError) -> AgreedImage {
        try Self.image(in: answer).agreed
    }

    private static func image(
        in description: SessionDescription
    ) throws(NegotiationError) -> (index: Int, agreed: AgreedImage) {
        guard let index = description.media.firstIndex(where: \.isT38) else { throw .noImage }
        let stream = description.media[index]
        guard let address = description.address(of: stream), !address.host.isEmpty, !address.isUnspecified else {
            throw .noAddress
        }
        return (
            index,
            AgreedImage(
                terms: T38Terms(stream.attributes), remoteAddress: address.host, remotePort: stream.port)
        )
    }

    private func image(_ terms: T38Terms) -> MediaDescription {
        MediaDescription(
            kind: "image", port: port, transport: "udptl", formats: ["t38"], attributes: terms.attributes)
    }
}

extension MediaDescription {
    /// A fax by T.38 over UDPTL that is not refused.
    fileprivate var isT38: Bool {
        kind == "image" && port != 0 && transport.lowercased() == "udptl"
            && formats.contains { $0.lowercased() == "t38" }
    }
}
