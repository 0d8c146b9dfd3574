import Foundation
import ServiceKit

/// What an operator sets for recognizing speech.
///
/// - `recognition.url` (address, default none): a service that understands speech, perhaps with `{language}` in it. It is posted WAV
///   and answers JSON; see docs/speech.md. When it does not answer, the worker listens.
/// - `recognition.authorization` (secret, default none): its header `Authorization`.
/// - `recognition.seconds` (seconds, default 5): how long the service, and how long a worker, is waited for.
/// - `speech.worker` (path, default `speech-worker` beside the media-server's own program): the program of a worker.
/// - `recognitions` (int, default 8): how many callers are understood at a time; beyond, a recognition fails at once.
struct SpeechConfiguration: Sendable {
    var provider: RecognitionProvider?
    var program: String
    var patience: Duration = .seconds(5)
    var atOnce = 8

    init(program: String) { self.program = program }

    init(_ settings: Settings) throws {
        let authorization = try settings.optionalSecret("recognition.authorization")
        patience = try settings.seconds("recognition.seconds", default: 5, in: 0.5...30)
        program = try settings.string("speech.worker", default: OwnProgram.beside("speech-worker"))
        atOnce = try settings.int("recognitions", default: 8, in: 1...1_000)
        guard let address = settings.optional("recognition.url") else { return }
        provider = RecognitionProvider(address: address, authorization: authorization, patience: patience)
        guard provider != nil else {
            throw ConfigurationError(
                "RECOGNITION_URL", "It is an http or https address, perhaps with {language} in it.")
        }
    }
}

/// Programs that are installed together with this one.
enum OwnProgram {
    static func beside(_ name: String) -> String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    }
}
