import CZeroMQ
import Contracts
import Foundation
import Logging

// MARK: whom we know

extension BusThread {
    /// Connects to whoever is new in the directory, disconnects from whoever is gone.
    func reviewPeers() {
        var wanted = shared.directory.endpoints()
        wanted[shared.instance] = nil
        peers.removeAll { peer in
            guard wanted[peer.instance] != peer.endpoints else { return false }
            for socket in [peer.events, peer.requests] { hearNoMore(socket) }
            return true
        }
        for peer in peers { wanted[peer.instance] = nil }
        for (instance, endpoints) in wanted {
            do {
                let peer = try BusPeer(instance, endpoints, context) { try secureClient($0, $1, towards: instance) }
                for socket in [peer.events, peer.requests] { hear(socket) }
                peers.append(peer)
                refused.remove(instance)
            } catch {
                if refused.insert(instance).inserted {
                    shared.log.warning(
                        "peer not connected", metadata: ["bus.peer": "\(instance)", "error": "\(error)"])
                }
            }
        }
        shared.counters.set(peers.count, \.peers)
        subscribe()
    }

    func hear(_ socket: ZeroMQSocket) {
        sockets[socket.descriptor] = socket
        watch.add(socket.descriptor)
    }

    private func hearNoMore(_ socket: ZeroMQSocket) {
        sockets[socket.descriptor] = nil
        watch.remove(socket.descriptor)
    }

    func subscribe() {
        let topics = shared.subscriptions.topics.union([StreamHeartbeat.topic])
        for peer in peers {
            do {
                let lane = shared.subscriptions.lane(of: peer.instance.service)
                try peer.subscribe(lane.map { topics.union([$0.topic]) } ?? topics)
            } catch {
                shared.log.error("not subscribed", metadata: ["bus.peer": "\(peer.instance)", "error": "\(error)"])
            }
        }
    }

    static func secureServer(
        _ socket: ZeroMQSocket, _ address: String, _ configuration: BusConfiguration, _ instance: InstanceID
    ) throws {
        guard try needsKeys(address) else {
            for user in configuration.users { try socket.set(ZMQ_IPC_FILTER_UID, Int32(bitPattern: user)) }
            return
        }
        guard let keys = configuration.keys else {
            throw BusError("The bus listens at \(address), which needs a directory of keys; ipc:// does not.")
        }
        try socket.set(ZMQ_CURVE_SERVER, 1)
        try socket.set(ZMQ_CURVE_SECRETKEY, try keys.pair(for: instance).secretKey)
        try socket.set(ZMQ_ZAP_DOMAIN, Authenticator.domain)
    }

    private func secureClient(_ socket: ZeroMQSocket, _ address: String, towards peer: InstanceID) throws {
        guard try Self.needsKeys(address) else { return }
        guard let keys = configuration.keys, let server = keys.publicKey(of: peer) else {
            throw BusError("There is no public key of \(peer), which is at \(address).")
        }
        let pair = try keys.pair(for: shared.instance)
        try socket.set(ZMQ_CURVE_SERVERKEY, server)
        try socket.set(ZMQ_CURVE_PUBLICKEY, pair.publicKey)
        try socket.set(ZMQ_CURVE_SECRETKEY, pair.secretKey)
    }

    private static func needsKeys(_ address: String) throws -> Bool {
        if address.hasPrefix("tcp://") { return true }
        if address.hasPrefix("ipc://") { return false }
        throw BusError("A bus address is tcp://host:port or ipc://path, not \(address).")
    }
}
