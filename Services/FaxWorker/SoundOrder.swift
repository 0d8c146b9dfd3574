import Fax

/// Puts packets of sound in order, and says where some is missing: a modem must not lose count of its samples.
///
/// Sound is handed on as it comes. A packet that is ahead waits a moment for those before it; what stays away is a gap. When
/// nothing comes at all, time goes on by ticks.
struct SoundOrder {
    enum Step: Equatable {
        case sound(isALaw: Bool, [UInt8])
        case gap(samples: Int)
    }

    /// How many ticks of 20 ms a packet waits for those before it.
    private static let patience = 5
    /// After so many ticks without a packet, time goes on by itself.
    private static let silence = 10
    /// Farther apart than a second is another stream.
    private static let longestJump = 8_000
    private static let mostHeld = 50

    private var next: UInt32?
    private var held: [UInt32: (isALaw: Bool, sound: [UInt8])] = [:]
    private var heldTicks = 0
    private var silentTicks = 0
    private var isFilling = false

    mutating func take(_ head: FaxSound, _ sound: [UInt8]) -> [Step] {
        guard !sound.isEmpty else { return [] }
        silentTicks = 0
        let distance = next.map { Int(Int32(bitPattern: head.timestamp &- $0)) } ?? 0
        let hasFilled = isFilling
        isFilling = false
        if abs(distance) > Self.longestJump || (hasFilled && distance < 0) {
            next = head.timestamp
            held = [:]
        } else if distance < 0 {
            // Late, or again.
            return []
        } else if distance > 0 {
            if held.isEmpty { heldTicks = 0 }
            if held.count < Self.mostHeld { held[head.timestamp] = (head.isALaw, sound) }
            // Behind a silence nobody waits for what was never sent.
            return hasFilled ? skip() : []
        }
        next = head.timestamp &+ UInt32(sound.count)
        return [.sound(isALaw: head.isALaw, sound)] + inOrder()
    }

    mutating func tick() -> [Step] {
        silentTicks += 1
        if !held.isEmpty {
            heldTicks += 1
            if heldTicks >= Self.patience { return skip() }
        } else if silentTicks > Self.silence {
            isFilling = true
            next = next.map { $0 &+ 160 }
            return [.gap(samples: 160)]
        }
        return []
    }

    /// What waits and follows what was handed on.
    private mutating func inOrder() -> [Step] {
        var steps: [Step] = []
        while let place = next, let packet = held.removeValue(forKey: place) {
            steps.append(.sound(isALaw: packet.isALaw, packet.sound))
            next = place &+ UInt32(packet.sound.count)
            heldTicks = 0
        }
        return steps
    }

    /// Gives up what is missing before the first packet that waits.
    private mutating func skip() -> [Step] {
        guard let place = next else { return [] }
        let distances = held.keys.map { Int(Int32(bitPattern: $0 &- place)) }
        held = held.filter { Int32(bitPattern: $0.key &- place) >= 0 }
        guard let nearest = distances.filter({ $0 >= 0 }).min() else { return [] }
        next = place &+ UInt32(nearest)
        heldTicks = 0
        return (nearest > 0 ? [.gap(samples: nearest)] : []) + inOrder()
    }
}
