import Contracts
import Foundation
import FoundationNetworking
import RTP
import Speech

/// A service that understands speech, asked over HTTP: WAV is posted, JSON answered.
struct RecognitionProvider: Sendable, Equatable {
    private static let largest = 1 << 20

    let address: String
    /// The header `Authorization`, if it wants one. Never logged.
    let authorization: String?
    let patience: Duration

    /// Nil if the address makes no sense.
    init?(address: String, authorization: String?, patience: Duration) {
        guard let url = Self.url(address, "en"), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false
        else { return nil }
        self.address = address
        self.authorization = authorization
        self.patience = patience
    }

    private static func url(_ address: String, _ language: String) -> URL? {
        URL(string: address.replacingOccurrences(of: "{language}", with: language))
    }

    /// - Throws: `Failure.unavailable` if it does not answer in time, or not what it should.
    func recognize(_ sound: [Int16], _ job: SpeechJob) async throws -> SpeechAnswer {
        guard let url = Self.url(address, job.language) else {
            throw Failure(.unavailable, "The language cannot be part of an address.")
        }
        var request = URLRequest(url: url, timeoutInterval: Double(patience.microseconds) / 1_000_000)
        request.httpMethod = "POST"
        request.httpBody = Self.wav(sound)
        request.setValue("audio/wav", forHTTPHeaderField: "Content-Type")
        request.setValue(Self.hints(job.phrases), forHTTPHeaderField: "Carillon-Phrases")
        if let authorization { request.setValue(authorization, forHTTPHeaderField: "Authorization") }
        let (data, response) = try await answer(request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard status == 200, data.count <= Self.largest,
            let answer = try? JSONDecoder().decode(SpeechAnswer.self, from: data)
        else { throw Failure(.unavailable, "The recognition service answered \(status), or no JSON with “text”.") }
        return answer
    }

    private func answer(_ request: URLRequest) async throws -> (Data, URLResponse) {
        do {
            return try await URLSession.shared.data(for: request)
        } catch {
            throw Failure(.unavailable, "The recognition service does not answer.")
        }
    }

    /// What is expected, percent-encoded and separated by commas: a header is ASCII.
    private static func hints(_ phrases: [String]) -> String {
        phrases.compactMap { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) }.joined(separator: ",")
    }

    /// 16 bits, 8 kHz, one channel.
    static func wav(_ sound: [Int16]) -> Data {
        func little(_ value: UInt32, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
        }
        let length = UInt32(clamping: sound.count * 2)
        var bytes = [UInt8]("RIFF".utf8) + little(length &+ 36, 4) + [UInt8]("WAVEfmt ".utf8)
        bytes += little(16, 4) + little(1, 2) + little(1, 2) + little(8_000, 4) + little(16_000, 4) + little(2, 2)
        bytes += little(16, 2) + [UInt8]("data".utf8) + little(length, 4)
        for sample in sound { bytes += little(UInt32(UInt16(bitPattern: sample)), 2) }
        return Data(bytes)
    }
}
