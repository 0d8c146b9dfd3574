/// Names a transaction in the table; the name of one that has ended matches nothing.
struct TransactionID: Hashable, Sendable {
    fileprivate let place: Int
    fileprivate let generation: UInt32
}

/// Every transaction under way, which one a message belongs to, and at most so many. Pure.
///
/// `Owner` is whatever its user wants to find again when a client transaction answers.
struct TransactionTable<Owner> {
    enum Machine {
        case inviteClient(InviteClientTransaction)
        case nonInviteClient(NonInviteClientTransaction)
        case inviteServer(InviteServerTransaction)
        case nonInviteServer(NonInviteServerTransaction)
    }

    private enum Key {
        case client(ClientTransactionKey)
        case server(ServerTransactionKey)
    }

    private struct Entry {
        var machine: Machine
        let key: Key
        let peer: SIPPeer
        var owner: Owner
        let generation: UInt32
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
    func machine(_ id: TransactionID) -> Machine? { entry(id)?.machine }

    mutating func setOwner(_ owner: Owner, of id: TransactionID) {
        guard entry(id) != nil else { return }
        entries[id.place]?.owner = owner
    }

    /// - Returns: nil if the table is full.
    mutating func add(
        _ machine: Machine, client key: ClientTransactionKey, peer: SIPPeer, owner: Owner
    ) -> TransactionID? {
        guard let id = insert(machine, .client(key), peer, owner) else { return nil }
        clients[key] = id
        return id
    }

    /// - Returns: nil if the table is full.
    mutating func add(
        _ machine: Machine, server key: ServerTransactionKey, peer: SIPPeer, owner: Owner
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
    mutating func handle(_ id: TransactionID, _ input: TransactionInput) -> [TransactionAction] {
        guard let machine = entry(id)?.machine else { return [] }
        switch machine {
        case .inviteClient(var machine):
            guard let input = input.inviteClient else { return [] }
            let actions = machine.handle(input)
            entries[id.place]?.machine = .inviteClient(machine)
            return actions
        case .nonInviteClient(var machine):
            guard let input = input.nonInviteClient else { return [] }
            let actions = machine.handle(input)
            entries[id.place]?.machine = .nonInviteClient(machine)
            return actions
        case .inviteServer(var machine):
            guard let input = input.inviteServer else { return [] }
            let actions = machine.handle(input)
            entries[id.place]?.machine = .inviteServer(machine)
            return actions
        case .nonInviteServer(var machine):
            guard let input = input.nonInviteServer else { return [] }
            let actions = machine.handle(input)
            entries[id.place]?.machine = .nonInviteServer(machine)
            return actions
        }
    }

    private func entry(_ id: TransactionID) -> Entry? {
        guard id.place < entries.count, let entry = entries[id.place], entry.generation == id.generation else {
            return nil
        }
        return entry
    }

    private mutating func insert(_ machine: Machine, _ key: Key, _ peer: SIPPeer, _ owner: Owner) -> TransactionID? {
        guard !isFull else { return nil }
        generation &+= 1
        let entry = Entry(machine: machine, key: key, peer: peer, owner: owner, generation: generation)
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
    case timer(TransactionTimer)
    case transportFailed

    var inviteClient: InviteClientTransaction.Input? {
        switch self {
        case .start: .start
        case .response(let response): .response(response)
        case .timer(let timer): .timer(timer)
        case .transportFailed: .transportFailed
        default: nil
        }
    }

    var nonInviteClient: NonInviteClientTransaction.Input? {
        switch self {
        case .start: .start
        case .response(let response): .response(response)
        case .timer(let timer): .timer(timer)
        case .transportFailed: .transportFailed
        default: nil
        }
    }

    var inviteServer: InviteServerTransaction.Input? {
        switch self {
        case .start: .start
        case .respond(let status, let bytes): .respond(status, bytes)
        case .retransmission: .retransmission
        case .ack: .ack
        case .timer(let timer): .timer(timer)
        case .transportFailed: .transportFailed
        case .response: nil
        }
    }

    var nonInviteServer: NonInviteServerTransaction.Input? {
        switch self {
        case .start: .start
        case .respond(let status, let bytes): .respond(status, bytes)
        case .retransmission: .retransmission
        case .timer(let timer): .timer(timer)
        case .transportFailed: .transportFailed
        default: nil
        }
    }
}
