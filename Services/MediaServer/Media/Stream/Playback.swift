import RTP

/// A prompt being played: where it is, and what it does to keys.
struct Playback: Equatable, Sendable {
    let options: PlayOptions
    private let source: PromptSource
    private var clip = 0
    private var offset = 0

    init(_ source: PromptSource, _ options: PlayOptions) {
        self.source = source
        self.options = options
    }

    /// Fills a frame with the next sound in the wanted law, the rest of the last one with silence.
    /// - Returns: false if there was nothing left, and the frame is untouched.
    mutating func next(into frame: UnsafeMutableRawBufferPointer, law: G711, tables: LawTables) -> Bool {
        var filled = 0
        while filled < frame.count, let current = currentClip() {
            let count = min(frame.count - filled, current.samples.count - offset)
            let target = UnsafeMutableRawBufferPointer(rebasing: frame[filled..<(filled + count)])
            current.samples.withUnsafeBytes { bytes in
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)]))
            }
            tables.convert(target, from: current.law, to: law)
            filled += count
            offset += count
        }
        guard filled > 0 else { return false }
        for index in filled..<frame.count { frame[index] = law.silence }
        return true
    }

    /// The clip that is playing; moves on, and round if it loops.
    private mutating func currentClip() -> PromptClip? {
        guard clip < source.clips.count else { return nil }
        if offset < source.clips[clip].samples.count { return source.clips[clip] }
        offset = 0
        clip += 1
        if clip == source.clips.count, options.loops { clip = 0 }
        return clip < source.clips.count ? source.clips[clip] : nil
    }
}

/// The tables between the companding laws, made once.
struct LawTables: Sendable {
    private let aToMu = G711.aLaw.table(to: .muLaw)
    private let muToA = G711.muLaw.table(to: .aLaw)

    /// Converts in place.
    func convert(_ bytes: UnsafeMutableRawBufferPointer, from: G711, to: G711) {
        guard from != to else { return }
        (from == .aLaw ? aToMu : muToA).withUnsafeBufferPointer { table in
            for index in bytes.indices { bytes[index] = table[Int(bytes[index])] }
        }
    }
}
