import Cluster
import Contracts
import ServiceKit

@main
struct Main {
    static func main() async {
        await runService(.cti, CTIConfiguration.init, schema: CTI.schema, journaled: true) {
            @Sendable kit, configuration in
            let cti = CTI(
                configuration, bus: kit.bus, directory: kit.cluster, ownership: kit.cluster.ownership,
                facts: kit.facts, database: kit.database, log: kit.log)
            kit.cluster.beforeRelease { [shards = cti.shards] in await shards.handOver($0) }
            return cti.services() + [kit.application(cti.routes() + kit.drainRoutes)]
        }
    }
}
