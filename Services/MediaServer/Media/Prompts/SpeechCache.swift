import Foundation
import RTP

/// Speech kept on disk: `<hash>.wav`, and beside it `<hash>.txt` with the voice and the text, so that two texts with one
/// hash are told apart and a person can see what a file says.
struct SpeechCache: Sendable {
    /// The oldest are removed beyond it.
    static let maximumFiles = 20_000

    let directory: URL

    func find(_ text: String, _ language: SpeechLanguage) -> PromptClip? {
        let (sound, words) = files(text, language)
        guard let kept = try? Data(contentsOf: words), kept == key(text, language),
            let bytes = try? Data(contentsOf: sound), let file = try? WAVFile([UInt8](bytes))
        else { return nil }
        return PromptClip(file)
    }

    /// A file is moved into place whole, the text last; a crash in between leaves a miss, not a wrong sound.
    func keep(_ clip: PromptClip, _ text: String, _ language: SpeechLanguage) throws {
        let (sound, words) = files(text, language)
        let part = directory.appending(path: "\(UUID().uuidString).part")
        defer { try? FileManager.default.removeItem(at: part) }
        let writer = try WAVWriter(path: part.path, format: WAVFormat(clip.law == .aLaw ? .aLaw : .muLaw))
        try writer.append(clip.samples)
        try writer.close()
        try? FileManager.default.removeItem(at: words)
        guard rename(part.path, sound.path) == 0 else { throw WAVWriteError(code: errno) }
        try key(text, language).write(to: words, options: .atomic)
    }

    /// Makes the directory, and removes what is too much.
    func prepare() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let keys: Set<URLResourceKey> = [.contentModificationDateKey]
        let files = try FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: Array(keys))
        guard files.count > Self.maximumFiles else { return }
        let dated = files.map { file in
            (file, (try? file.resourceValues(forKeys: keys))?.contentModificationDate ?? .distantPast)
        }
        for (file, _) in dated.sorted(by: { $0.1 < $1.1 }).prefix(files.count - Self.maximumFiles * 9 / 10) {
            try? FileManager.default.removeItem(at: file)
        }
    }

    private func key(_ text: String, _ language: SpeechLanguage) -> Data { Data("\(language.voice)\n\(text)".utf8) }

    private func files(_ text: String, _ language: SpeechLanguage) -> (sound: URL, words: URL) {
        let key = key(text, language)
        let name = [0xCBF2_9CE4_8422_2325, 0x9E37_79B9_7F4A_7C15].map { Self.hexadecimal(Self.hash(key, seed: $0)) }
        let file = directory.appending(path: name.joined())
        return (file.appendingPathExtension("wav"), file.appendingPathExtension("txt"))
    }

    /// FNV-1a.
    private static func hash(_ bytes: Data, seed: UInt64) -> UInt64 {
        bytes.reduce(seed) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
