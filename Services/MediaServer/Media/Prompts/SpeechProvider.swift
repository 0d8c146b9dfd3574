import Contracts
import Foundation
import FoundationNetworking
import RTP

/// A speech service asked over HTTP, which answers WAV.
struct SpeechProvider: Sendable, Equatable {
    private static let largest = 16 << 20

    /// With `{text}` and `{language}` in it, which are percent-encoded.
    let address: String
    /// The header `Authorization`, if it wants one. Never logged.
    let authorization: String?
    let patience: Duration

    /// Nil if the address makes no sense.
    init?(address: String, authorization: String?, patience: Duration) {
        guard address.contains("{text}"), let url = Self.url(address, "x", .en),
            ["http", "https"].contains(url.scheme),
            url.host?.isEmpty == false
        else { return nil }
        self.address = address
        self.authorization = authorization
        self.patience = patience
    }

    private static func url(_ address: String, _ text: String, _ language: SpeechLanguage) -> URL? {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        guard let text = text.addingPercentEncoding(withAllowedCharacters: plain) else { return nil }
        return URL(
            string: address.replacingOccurrences(of: "{language}", with: language.rawValue)
                .replacingOccurrences(of: "{text}", with: text))
    }

    /// - Throws: `Failure.unavailable` if it does not answer in time, or answers no sound.
    func speak(_ text: String, _ language: SpeechLanguage) async throws -> PromptClip {
        guard let url = Self.url(address, text, language) else {
            throw Failure(.unavailable, "The text cannot be part of an address.")
        }
        var request = URLRequest(url: url, timeoutInterval: Double(patience.microseconds) / 1_000_000)
        if let authorization { request.setValue(authorization, forHTTPHeaderField: "Authorization") }
        let (data, response) = try await answer(request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard status == 200, data.count <= Self.largest, let file = try? WAVFile([UInt8](data)),
            let clip = PromptClip(file), !clip.samples.isEmpty
        else { throw Failure(.unavailable, "The speech service answered \(status), or no WAV.") }
        return clip
    }

    private func answer(_ request: URLRequest) async throws -> (Data, URLResponse) {
        do {
            return try await URLSession.shared.data(for: request)
        } catch {
            throw Failure(.unavailable, "The speech service does not answer.")
        }
    }
}
