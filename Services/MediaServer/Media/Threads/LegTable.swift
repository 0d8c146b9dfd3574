/// The legs of one media thread, read and changed where they lie: a leg is large, and an array would copy all of it for many a
/// look at one of its fields, which costs more than the rest of a packet's way through this program.
struct LegTable: ~Copyable {
    private var memory: UnsafeMutablePointer<MediaLeg>
    private var capacity = 64
    private(set) var count = 0

    init() { memory = .allocate(capacity: capacity) }

    deinit {
        memory.deinitialize(count: count)
        memory.deallocate()
    }

    var indices: Range<Int> { 0..<count }

    /// By its address: an accessor that yields had the whole leg copied wherever the compiler was not sure.
    subscript(slot: Int) -> MediaLeg {
        unsafeAddress {
            precondition(indices.contains(slot))
            return UnsafePointer(memory + slot)
        }
        unsafeMutableAddress {
            precondition(indices.contains(slot))
            return memory + slot
        }
    }

    mutating func append(_ leg: MediaLeg) {
        if count == capacity { grow() }
        (memory + count).initialize(to: leg)
        count += 1
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<MediaLeg>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: memory, count: count)
        memory.deallocate()
        memory = larger
        capacity *= 2
    }
}
