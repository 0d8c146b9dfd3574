/// Names a transaction in the table; the name of one that has ended matches nothing.
struct TransactionID: Hashable, Sendable {
    fileprivate let place: Int
    fileprivate let generation: UInt32
}

/// Every transaction under way, which one a message belongs to, and at most so many. Pure.
///
/// `Owner` is whatever its user wants to find again when a client transaction answers.
struct TransactionTable<Owner> {
    private enum Key {
        case client(ClientTransactionKey)
        case server(ServerTransactionKey)
    }

    /// A class so that an input moves nothing about.
    private final class Entry {
        var machine: any Transaction
        let key: Key
        let peer: SIPPeer
        var owner: Owner
        let generation: UInt32

        init(_ machine: any Transaction, _ key: Key, _ peer: SIPPeer, _ owner: Owner, _ generation: UInt32) {
            self.machine = machine
            self.key = key
            self.peer = peer
            self.owner = owner
            self.generation = generation
        }
    }

    private let limit: Int
    private var entries: [Entry?] = []
    private var free: [Int] = []
    private var clients: [ClientTransactionKey: TransactionID] = [:]
    private var servers: [ServerTransactionKey: TransactionID] = [:]
    private var generation: UInt32 = 0

    init(limit: Int) { self.limit = limit }

    var count: Int { entries.count - free.count }
    var isFull: Bool { count >= limit }

    func client(_ key: ClientTransactionKey) -> TransactionID? { clients[key] }
    func server(_ key: ServerTransactionKey) -> TransactionID? { servers[key] }

    func owner(of id: TransactionID) -> Owner? { entry(id)?.owner }
    func peer(of id: TransactionID) -> SIPPeer? { entry(id)?.peer }
    /// The request a client transaction sent.
    func request(of id: TransactionID) -> SIPRequest? { entry(id)?.machine.request }
    /// An INVITE that was answered with a 2xx.
    func isAccepted(_ id: TransactionID) -> Bool {
        (entry(id)?.machine as? InviteServerTransaction)?.state == .accepted
    }

    /// Nothing was sent for this server transaction.
    func isUnanswered(_ id: TransactionID) -> Bool {
        switch entry(id)?.machine {
        case let invite as InviteServerTransaction: invite.isUnanswered
        case let other?: other is NonInviteServerTransaction
        case nil: false
        }
    }

    func setOwner(_ owner: Owner, of id: TransactionID) { entry(id)?.owner = owner }

    /// - Returns: nil if the table is full.
    mutating func add(
        _ machine: any Transaction, client key: ClientTransactionKey, peer: SIPPeer, owner: Owner
    ) -> TransactionID? {
        guard let id = insert(machine, .client(key), peer, owner) else { return nil }
        clients[key] = id
        return id
    }

    /// - Returns: nil if the table is full.
    mutating func add(
        _ machine: any Transaction, server key: ServerTransactionKey, peer: SIPPeer, owner: Owner
    ) -> TransactionID? {
        guard let id = insert(machine, .server(key), peer, owner) else { return nil }
        servers[key] = id
        return id
    }

    mutating func remove(_ id: TransactionID) {
        guard let entry = entry(id) else { return }
        switch entry.key {
        case .client(let key): clients[key] = nil
        case .server(let key): servers[key] = nil
        }
        entries[id.place] = nil
        free.append(id.place)
    }

    /// Hands an input to the transaction, if it is still there and of that kind.
    func handle(_ id: TransactionID, _ input: TransactionInput) -> [TransactionAction] {
        entry(id)?.machine.handle(input) ?? []
    }

    private func entry(_ id: TransactionID) -> Entry? {
        guard id.place < entries.count, let entry = entries[id.place], entry.generation == id.generation else {
            return nil
        }
        return entry
    }

    private mutating func insert(_ machine: any Transaction, _ key: Key, _ peer: SIPPeer, _ owner: Owner)
        -> TransactionID?
    {
        guard !isFull else { return nil }
        generation &+= 1
        let entry = Entry(machine, key, peer, owner, generation)
        if let place = free.popLast() {
            entries[place] = entry
            return TransactionID(place: place, generation: generation)
        }
        entries.append(entry)
        return TransactionID(place: entries.count - 1, generation: generation)
    }
}

/// What can happen to a transaction of any kind.
enum TransactionInput {
    case start
    case response(SIPResponse)
    case respond(SIPStatus, [UInt8])
    case retransmission
    case ack
    /// A CANCEL of it was sent.
    case cancelled
    case timer(TransactionTimer)
    case transportFailed
}

/// One of the four machines. An input that is not for its kind does nothing.
protocol Transaction {
    mutating func handle(_ input: TransactionInput) -> [TransactionAction]
    /// What a client transaction sent.
    var request: SIPRequest? { get }
}
