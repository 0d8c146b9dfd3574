import NIOCore
import NIOPosix
import SIP

/// Finds the places that a name leads to: by SRV, and else by its addresses (RFC 3263 §4.2).
struct NameResolver: Sendable {
    let client: DNSClient

    /// - Throws: if no name server answers.
    func resolve(_ question: NameQuestion) async throws -> (places: [NamedPlace], seconds: Int) {
        guard question.port == nil else { return try await host(question) }
        let answer = try await client.ask(question.service, .srv)
        var places: [NamedPlace] = []
        var seconds = Int.max
        for record in answer.records.prefix(Self.most) {
            guard case .service(let priority, let weight, let port, let target) = record.content, !target.isEmpty,
                (1...65535).contains(port)
            else { continue }
            seconds = min(seconds, record.seconds)
            let found = try await addresses(of: target, given: answer.records)
            seconds = min(seconds, found.seconds)
            places += found.addresses.map {
                NamedPlace(address: $0, port: port, priority: priority, weight: weight)
            }
        }
        return places.isEmpty ? try await host(question) : (places, seconds)
    }

    private func host(_ question: NameQuestion) async throws -> (places: [NamedPlace], seconds: Int) {
        let found = try await addresses(of: question.name, given: [])
        let port = question.port ?? question.transport.standardPort
        return (found.addresses.map { NamedPlace(address: $0, port: port, priority: 0, weight: nil) }, found.seconds)
    }

    /// - Parameter given: what a server has told without being asked.
    private func addresses(
        of name: String, given: [DNSMessage.Record]
    ) async throws -> (addresses: [String], seconds: Int) {
        if let found = Self.addresses(of: name, in: given) { return found }
        if let found = try? await Self.addresses(of: name, in: client.ask(name, .a).records) { return found }
        // Names that only this machine knows, of /etc/hosts.
        let address = try await NIOThreadPool.singleton.runIfActive {
            try NIOCore.SocketAddress.makeAddressResolvingHost(name, port: 0).ipAddress
        }
        return (address.map { [$0] } ?? [], 60)
    }

    /// Follows aliases; nil if there is no address.
    static func addresses(
        of name: String, in records: [DNSMessage.Record]
    ) -> (addresses: [String], seconds: Int)? {
        var (name, seconds) = (name, Int.max)
        for _ in 0..<8 {
            let own = records.filter { $0.name == name }
            let addresses = own.compactMap { if case .address(let address) = $0.content { address } else { nil } }
            seconds = own.reduce(seconds) { min($0, $1.seconds) }
            if !addresses.isEmpty { return (Array(addresses.prefix(most)), seconds) }
            guard
                let alias = own.lazy.compactMap({ if case .alias(let other) = $0.content { other } else { nil } }).first
            else { return nil }
            name = alias
        }
        return nil
    }

    private static let most = 16
}
