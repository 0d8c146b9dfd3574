import DequeModule

/// Elements in ascending order: cheap at both ends, logarithmic to find, and short moves in between.
struct SortedLine<Element: Comparable & Sendable>: Sendable {
    private var elements = Deque<Element>()

    var isEmpty: Bool { elements.isEmpty }
    var count: Int { elements.count }
    var first: Element? { elements.first }

    func element(at index: Int) -> Element? { elements.indices.contains(index) ? elements[index] : nil }

    /// How many stand before it.
    func rank(of element: Element) -> Int {
        var low = 0
        var high = elements.count
        while low < high {
            let middle = (low + high) / 2
            if elements[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func insert(_ element: Element) {
        if let last = elements.last, element < last {
            elements.insert(element, at: rank(of: element))
        } else {
            elements.append(element)
        }
    }

    /// Does nothing if it is not there.
    mutating func remove(_ element: Element) {
        let index = rank(of: element)
        guard index < elements.count, elements[index] == element else { return }
        elements.remove(at: index)
    }
}

extension SortedLine: Sequence {
    func makeIterator() -> some IteratorProtocol<Element> { elements.makeIterator() }
}
