public import Configuration
import Foundation
import Synchronization

/// What an operator set: reads each key once, at start, and refuses what makes no sense in one sentence.
///
/// Keys are dotted (`ring.seconds`) and come from the environment in capitals (`RING_SECONDS`). A secret `KEY` may be
/// given as a file instead: `KEY_FILE=/run/credentials/…`.
public struct Settings: Sendable {
    private let reader: ConfigReader
    private let seen = SettingsSeen()

    public init(_ reader: ConfigReader) { self.reader = reader }

    /// From the process's environment.
    public init() {
        self.init(ConfigReader(provider: EnvironmentVariablesProvider()))
    }

    /// From values given in a test, by dotted key.
    public init(_ values: [String: String]) {
        let environment = Dictionary(
            values.map { (Self.environmentName($0), $1) }, uniquingKeysWith: { first, _ in first })
        self.init(ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: environment)))
    }

    /// What was read so far, by environment name, without secrets: for `/info`.
    public var shown: [String: String] { seen.values }

    /// Text, or nil if the key is not set. An empty value counts as not set.
    public func optional(_ key: String) -> String? {
        let value = raw(key)
        seen.note(Self.environmentName(key), value ?? "")
        return value
    }

    /// Text that may not be missing unless there is a default.
    public func string(_ key: String, default standard: String? = nil) throws(ConfigurationError) -> String {
        guard let value = raw(key) ?? standard else { throw missing(key, "It is needed.") }
        seen.note(Self.environmentName(key), value)
        return value
    }

    /// A secret, from `KEY` or from the file that `KEY_FILE` names; never shown.
    public func secret(_ key: String, default standard: String? = nil) throws(ConfigurationError) -> String {
        guard let value = try optionalSecret(key) ?? standard else {
            throw missing(key, "Set it, or \(Self.environmentName(key))_FILE to the path of a file that holds it.")
        }
        return value
    }

    public func optionalSecret(_ key: String) throws(ConfigurationError) -> String? {
        if let value = raw(key) { return value }
        guard let path = raw(key + ".file") else { return nil }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ConfigurationError(Self.environmentName(key) + "_FILE", "The file \(path) cannot be read.")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A whole number in a range.
    public func int(
        _ key: String, default standard: Int? = nil, in range: ClosedRange<Int>
    ) throws(ConfigurationError) -> Int {
        let text = raw(key)
        guard let value = text.map({ Int($0) }) ?? standard else {
            throw wrong(key, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        guard range.contains(value) else {
            throw wrong(key, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        seen.note(Self.environmentName(key), "\(value)")
        return value
    }

    /// A number of seconds, with decimals if wanted.
    public func seconds(
        _ key: String, default standard: Double? = nil, in range: ClosedRange<Double>
    ) throws(ConfigurationError) -> Duration {
        let text = raw(key)
        let allowed = "a number of seconds from \(range.lowerBound.short) to \(range.upperBound.short)"
        guard let value = text.map({ Double($0) }) ?? standard, range.contains(value) else {
            throw wrong(key, text, allowed)
        }
        seen.note(Self.environmentName(key), value.short)
        return .microseconds(Int64((value * 1_000_000).rounded()))
    }

    /// `true` or `false`.
    public func bool(_ key: String, default standard: Bool) throws(ConfigurationError) -> Bool {
        let text = raw(key)
        switch text?.lowercased() {
        case nil: return noted(key, standard)
        case "true", "yes", "on", "1": return noted(key, true)
        case "false", "no", "off", "0": return noted(key, false)
        default: throw wrong(key, text, "true or false")
        }
    }

    /// One of an enumeration's cases.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, default standard: Choice? = nil
    ) throws(ConfigurationError) -> Choice {
        let text = raw(key)
        guard let value = text.map({ Choice(rawValue: $0) }) ?? standard else {
            throw wrong(key, text, Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        seen.note(Self.environmentName(key), value.rawValue)
        return value
    }

    /// Words separated by commas.
    public func list(_ key: String, default standard: [String] = []) -> [String] {
        let value = raw(key)?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? standard
        seen.note(Self.environmentName(key), value.joined(separator: ","))
        return value.filter { !$0.isEmpty }
    }

    /// `RING_SECONDS` for `ring.seconds`.
    public static func environmentName(_ key: String) -> String {
        key.uppercased().replacingOccurrences(of: ".", with: "_").replacingOccurrences(of: "-", with: "_")
    }

    private func raw(_ key: String) -> String? {
        let parts = key.split(separator: ".").map(String.init)
        guard let value = reader.string(forKey: ConfigKey(parts)) else { return nil }
        return value.isEmpty ? nil : value
    }

    private func noted(_ key: String, _ value: Bool) -> Bool {
        seen.note(Self.environmentName(key), "\(value)")
        return value
    }

    private func missing(_ key: String, _ sentence: String) -> ConfigurationError {
        ConfigurationError(Self.environmentName(key), "It is not set. \(sentence)")
    }

    private func wrong(_ key: String, _ text: String?, _ allowed: String) -> ConfigurationError {
        guard let text else { return missing(key, "Allowed: \(allowed).") }
        return ConfigurationError(Self.environmentName(key), "“\(text)” is not allowed; allowed: \(allowed).")
    }
}

/// A setting that stops the start: which key, and what is allowed, in one sentence.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    public let key: String
    public let sentence: String

    public init(_ key: String, _ sentence: String) {
        self.key = key
        self.sentence = sentence
    }

    public var description: String { "Setting \(key): \(sentence)" }
}

/// The values shown by `/info`.
private final class SettingsSeen: Sendable {
    private let noted = Mutex<[String: String]>([:])
    var values: [String: String] { noted.withLock { $0 } }
    func note(_ key: String, _ value: String) { noted.withLock { $0[key] = value } }
}

extension Double {
    /// `15` for 15.0, `0.5` for 0.5.
    fileprivate var short: String { self == rounded() && magnitude < 1e15 ? "\(Int64(self))" : "\(self)" }
}
