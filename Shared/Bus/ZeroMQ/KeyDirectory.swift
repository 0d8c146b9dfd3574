import CZeroMQ
public import Contracts
import Foundation

/// The CURVE keys of the suite, as files: `<name>.key` (secret, mode 0600) and `<name>.pub`, where the name is that of a
/// service (`cti`), of an instance (`cti-1`, which goes first) or of a tool (`operator`). Every `.pub` in the directory
/// is allowed in; nobody else is.
public struct KeyDirectory: Sendable, Hashable {
    /// A key and its counterpart, as 40 characters of Z85.
    public struct Pair: Sendable {
        public let publicKey: String
        let secretKey: String
    }

    public let path: String

    public init(path: String) { self.path = path }

    /// Makes the keys that are not there yet, and the directory. Two that start at once agree on one.
    public func create(_ names: [String]) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        for name in names {
            if access(file(name, "key"), F_OK) != 0 { try createSecret(name) }
            guard let secret = try secret(name), let own = Self.publicKey(of: secret) else {
                throw BusError("The key file \(file(name, "key")) does not hold a CURVE key.")
            }
            try write(own, to: file(name, "pub"), mode: 0o644, replacing: true)
        }
    }

    /// The keys that this instance speaks with.
    public func pair(for instance: InstanceID) throws -> Pair {
        for name in Self.names(of: instance) {
            guard let secret = try secret(name) else { continue }
            guard let own = Self.publicKey(of: secret) else {
                throw BusError("The key file \(file(name, "key")) does not hold a CURVE key.")
            }
            return Pair(publicKey: own, secretKey: secret)
        }
        throw BusError(
            "There is no key \(instance.service).key for \(instance) in \(path); make it with KeyDirectory.create.")
    }

    /// The key by which a peer proves who it is.
    public func publicKey(of instance: InstanceID) -> String? {
        Self.names(of: instance).lazy.compactMap { read(file($0, "pub")) }.first
    }

    /// Every public key that is let in, with its name.
    func allowed() -> [String: String] {
        var allowed: [String: String] = [:]
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in files.sorted() where name.hasSuffix(".pub") {
            guard let key = read("\(path)/\(name)") else { continue }
            allowed[key] = String(name.dropLast(4))
        }
        return allowed
    }

    /// Whether the owner of the key may speak as this instance. Tools, whose keys have names of their own, may.
    static func may(_ name: String, speakAs instance: InstanceID) -> Bool {
        if names(of: instance).contains(name) { return true }
        let isService = ServiceName.allCases.contains { name == $0.rawValue || name.hasPrefix($0.rawValue + "-") }
        return !isService
    }

    private static func names(of instance: InstanceID) -> [String] {
        ["\(instance.service)-\(instance.number)", instance.service.rawValue]
    }

    private func file(_ name: String, _ kind: String) -> String { "\(path)/\(name).\(kind)" }

    private func secret(_ name: String) throws -> String? {
        let path = file(name, "key")
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        guard status.st_mode & 0o077 == 0 else {
            throw BusError("The key file \(path) may be read by others: allowed is mode 0600.")
        }
        return read(path)
    }

    /// The key in the file, if it looks like one.
    private func read(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 128 else { return nil }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.utf8.count == 40 ? text : nil
    }

    private func createSecret(_ name: String) throws {
        var publicKey = [CChar](repeating: 0, count: 41)
        var secretKey = [CChar](repeating: 0, count: 41)
        guard zmq_curve_keypair(&publicKey, &secretKey) == 0 else {
            throw BusError("libzmq was built without CURVE; install libzmq5 with libsodium.")
        }
        try write(Self.text(secretKey), to: file(name, "key"), mode: 0o600, replacing: false)
    }

    private static func publicKey(of secret: String) -> String? {
        var publicKey = [CChar](repeating: 0, count: 41)
        return zmq_curve_public(&publicKey, secret) == 0 ? text(publicKey) : nil
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whole or not at all; what is there stays unless it is to be replaced.
    private func write(_ text: String, to path: String, mode: mode_t, replacing: Bool) throws {
        let temporary = "\(path).\(UInt64.random(in: .min ... .max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw BusError("The key file \(path) cannot be written: \(String(cString: strerror(errno))).")
        }
        defer { unlink(temporary) }
        let line = Array((text + "\n").utf8)
        let written = Foundation.write(descriptor, line, line.count)
        fsync(descriptor)
        close(descriptor)
        guard written == line.count else { throw BusError("The key file \(path) cannot be written.") }
        if replacing { rename(temporary, path) } else { link(temporary, path) }
    }
}
