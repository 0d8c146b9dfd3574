import Contracts
import Crypto
import Foundation
import Glibc

/// Where documents of faxes lie: `<tenant>/<day>/<id>.tif` below their directory, with `.sealed` behind it where there is a
/// key; and in `spool/`, in the clear and for the time of a call, what a worker reads or writes.
struct FaxPlace: Sendable {
    let directory: URL
    let keys: RecordingKeys?

    private var spool: URL { directory.appendingPathComponent("spool", isDirectory: true) }

    /// Begins with an empty spool: what an earlier run left there belongs to nobody any more.
    func prepare() throws {
        try? FileManager.default.removeItem(at: spool)
        try FileManager.default.createDirectory(
            at: spool, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func spoolFile(_ name: String) -> String { spool.appendingPathComponent(name).path }

    private static func owner(_ tenant: TenantID, _ id: FaxID) -> RecordingOwner {
        RecordingOwner(tenant: tenant, id: RecordingID(rawValue: "fax/\(id)"))
    }

    private func path(_ file: String?) throws -> String {
        guard let file, RecordingPlace.isInside(file) else {
            throw Failure(.notFound, "The fax has no document.", code: "no_document")
        }
        return directory.appendingPathComponent(file).path
    }

    /// Puts a document in its place, sealed if there is a key for its tenant.
    func keep(_ document: [UInt8], of owned: inout OwnedFax) throws {
        let key = keys?.newest(for: owned.tenant)
        let day = owned.fax.createdAt.date.formatted(.iso8601.year().month().day())
        let file = "\(owned.tenant)/\(day)/\(owned.fax.id).tif" + (key == nil ? "" : ".sealed")
        let path = try path(file)
        try RecordingFile.makeFolder(of: path)
        let writer = try RecordedFileWriter(path, of: Self.owner(owned.tenant, owned.fax.id), key: key, keys: keys)
        do {
            try writer.append(document)
            try writer.finish()
        } catch {
            writer.giveUp()
            throw error
        }
        owned.file = file
        owned.bytes = Int64(document.count)
        owned.sha256 = SHA256.hash(data: document).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        owned.keyID = key
    }

    /// A document in the clear.
    /// - Throws: `Failure.notFound`, ``SealError``
    func document(of owned: OwnedFax) throws -> [UInt8] {
        guard let file = try? PlainFile(path(owned.file)) else {
            throw Failure(.notFound, "The document of the fax is not here.", code: "no_document")
        }
        let bytes: any RecordedBytes
        if SealedHeader.kind(of: try file.read(0..<SealedHeader.size)) == .whole {
            guard let keys else { throw SealError.unknownKey("?") }
            bytes = try SealedFile(file, of: Self.owner(owned.tenant, owned.fax.id), keys: keys)
        } else {
            bytes = file
        }
        return try bytes.read(0..<bytes.count)
    }

    func remove(_ owned: OwnedFax) { if let path = try? path(owned.file) { unlink(path) } }
}
