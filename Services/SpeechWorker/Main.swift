import Foundation
import Glibc
import Speech

/// Understands what one caller has said, far from the switch, which a crash in here does not reach. Started by the media-server with
/// the job and the sound as its standard input; the answer goes to its standard output.
@main
struct Main {
    static func main() {
        let input = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
        let answer =
            SpeechJob.read(input).map { Recognition($0.job).answer(to: $0.sound) }
            ?? SpeechAnswer(text: "", failure: "The job cannot be read.")
        guard var line = try? JSONEncoder().encode(answer) else { exit(1) }
        line.append(UInt8(ascii: "\n"))
        FileHandle.standardOutput.write(line)
    }
}
