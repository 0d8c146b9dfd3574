import RTP

/// A piece of sound ready to be sent: G.711 at 8 kHz.
struct PromptClip: Equatable, Sendable {
    var law: G711
    var samples: [UInt8]

    /// How long it sounds.
    var duration: Duration { .microseconds(samples.count * 125) }
}

/// Clips to be played one after the other.
struct PromptSource: Equatable, Sendable {
    var clips: [PromptClip]

    init(_ clips: [PromptClip]) { self.clips = clips.filter { !$0.samples.isEmpty } }

    static func + (first: PromptSource, second: PromptSource) -> PromptSource { .init(first.clips + second.clips) }

    var duration: Duration { clips.reduce(.zero) { $0 + $1.duration } }
}
