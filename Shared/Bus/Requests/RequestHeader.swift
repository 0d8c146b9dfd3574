import Contracts
import Foundation

/// What stands before a request's body on the wire.
struct RequestHeader: Codable, Sendable, Equatable {
    /// The asker's number for it, sent back with the answer.
    var id: UInt64
    var name: String
    var from: InstanceID
    var tenant: TenantID?
    /// Idempotency key.
    var key: String?
    var shard: Shard?
    /// Under which epoch the sender owns the shard in its own service.
    var epoch: UInt64?
    /// Under which epoch the receiver owns the shard, as the sender believes; set when it is addressed as the owner.
    var ownerEpoch: UInt64?
    /// How long the asker still waits.
    var milliseconds: Int
    var trace: String?
}

/// What stands before the body of an answer on the wire. The body is the reply if `ok`, else a `Failure`.
struct ReplyHeader: Codable, Sendable, Equatable {
    var id: UInt64
    var ok: Bool
}

// As JSON, written and read by hand: each request has two of these.

extension RequestHeader {
    var json: Data {
        var json = FlatJSON()
        json.add("id", id)
        json.add("name", name)
        json.add("from", from.description)
        if let tenant { json.add("tenant", tenant.rawValue) }
        if let key { json.add("key", key) }
        if let shard { json.add("shard", shard.number) }
        if let epoch { json.add("epoch", epoch) }
        if let ownerEpoch { json.add("ownerEpoch", ownerEpoch) }
        json.add("milliseconds", milliseconds)
        if let trace { json.add("trace", trace) }
        return json.data()
    }

    /// Nil if it is none.
    init?(json: Data) {
        guard let header = RequestHeader(flat: json) ?? (try? BusJSON.decoder.decode(RequestHeader.self, from: json))
        else { return nil }
        self = header
    }

    /// Nil if it is none, or one that only the decoder reads.
    private init?(flat json: Data) {
        var (id, epoch, ownerEpoch): (UInt64?, UInt64?, UInt64?)
        var (name, tenant, key, trace): (String?, String?, String?, String?)
        var from: InstanceID?
        var shard: Shard?
        var milliseconds: Int?
        let isRead = FlatJSONReader.read(json) { field, value in
            func took<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
                field = value
                return value != nil
            }
            return switch field {
            case "id": took(&id, value.integer())
            case "name": took(&name, value.text())
            case "from": took(&from, value.text().flatMap { InstanceID($0) })
            case "tenant": took(&tenant, value.text())
            case "key": took(&key, value.text())
            case "shard": took(&shard, value.integer().flatMap { Shard($0) })
            case "epoch": took(&epoch, value.integer())
            case "ownerEpoch": took(&ownerEpoch, value.integer())
            case "milliseconds": took(&milliseconds, value.integer())
            case "trace": took(&trace, value.text())
            default: value.ignore()
            }
        }
        guard isRead, let id, let name, let from, let milliseconds else { return nil }
        self.init(
            id: id, name: name, from: from, tenant: tenant.map(TenantID.init(rawValue:)), key: key, shard: shard,
            epoch: epoch, ownerEpoch: ownerEpoch, milliseconds: milliseconds, trace: trace)
    }
}

extension ReplyHeader {
    var json: Data {
        var json = FlatJSON()
        json.add("id", id)
        json.add("ok", ok)
        return json.data()
    }

    /// Nil if it is none.
    init?(json: Data) {
        var id: UInt64?
        var ok: Bool?
        let isRead = FlatJSONReader.read(json) { field, value in
            switch field {
            case "id":
                id = value.integer()
                return id != nil
            case "ok":
                ok = value.bool()
                return ok != nil
            default: return value.ignore()
            }
        }
        if isRead, let id, let ok {
            self.init(id: id, ok: ok)
        } else if let header = try? BusJSON.decoder.decode(ReplyHeader.self, from: json) {
            self = header
        } else {
            return nil
        }
    }
}
