import Foundation

/// A word in a file that only its owner may read.
struct Secret {
    let file: String

    /// What the file holds; made of 18 random bytes if it is not there.
    func kept() throws -> String {
        if let data = FileManager.default.contents(atPath: file) {
            let word = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard word.wholeMatch(of: /[A-Za-z0-9._~-]{8,128}/) != nil else {
                throw CommandFailure("\(file) has to hold 8 to 128 letters, digits or .-_~ and nothing else.")
            }
            return word
        }
        let directory = URL(fileURLWithPath: file).deletingLastPathComponent().path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let word = (0..<18).map { _ in String(UInt8.random(in: .min ... .max), radix: 16) }.joined()
        guard
            FileManager.default.createFile(
                atPath: file, contents: Data("\(word)\n".utf8), attributes: [.posixPermissions: 0o600])
        else { throw CommandFailure("\(file) cannot be written.") }
        return word
    }
}
