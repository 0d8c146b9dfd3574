import Contracts

extension Simulation {
    /// What goes wrong, when the plan says so. One instance of each service is always left.
    func beginFaults() {
        for fault in plan.faults {
            at(Self.begin.adding(.milliseconds(fault.atMilliseconds))) { [unowned self] in happen(fault) }
        }
    }

    private func happen(_ fault: Plan.Fault) {
        let victims: [ShardOwner] = fault.service == .cti ? ctis : acds
        let (victim, other) = (victims[fault.victim], victims[1 - fault.victim])
        // Who was started a moment ago has not heard enough to stand in for the other.
        guard victim.isRunning, other.isRunning, other.startedAt.adding(.seconds(8)) < now || other.life == 1 else {
            return
        }
        history.isTroubled(until: later(fault.lasts + 6_000_000))
        switch fault.kind {
        case .killAtBeginning where fault.service == .cti:
            // In the very moment in which it has told of a call, and done nothing else for it.
            history.whenStarted(by: victim.id, until: later(6_000_000)) { [unowned self] in
                guard victim.isRunning, other.isRunning else { return }
                history.isTroubled(until: later(fault.lasts + 6_000_000))
                victim.kill()
                after(fault.lasts) { victim.start() }
            }
        case .kill, .killAtBeginning:
            victim.kill()
            after(fault.lasts) { victim.start() }
        case .stop:
            victim.stop()
            after(fault.lasts) { victim.goOn() }
        case .drain:
            cluster.drain(victim, true)
            after(1_500_000) { [unowned self] in
                guard victim.isRunning else { return }
                victim.kill()
                after(fault.lasts) { victim.start() }
            }
        case .storm: network.stormUntil = later(fault.lasts)
        }
    }
}
