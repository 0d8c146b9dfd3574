/// A sound file that somebody uploads.
func check(_ bytes: [UInt8]) {
    guard let file = try? WAVFile(bytes) else { return }
    for channel in 0..<min(file.format.channels, 4) {
        mustHold(file.samples(channel: channel).count <= bytes.count, "no more samples than bytes")
    }
    _ = file.samples(channel: 1_000)
}
