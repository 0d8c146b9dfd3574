/// The files that make an Asterisk serve the benchmark's callers as the suite does: a menu, a queue that gives the call to the
/// agent who has been idle the longest, telephones that register with a password. Only what differs from Asterisk's defaults.
struct AsteriskConfiguration: Sendable {
    let directory: String
    let sipPort: Int
    /// Two of them a leg.
    let rtpPorts: Range<Int>
    let agents: [BenchAgent]
    let password: String
    let size: CallsSize

    /// By name, with their text. Sounds lie beside them, see ``prompt`` and ``music``.
    var files: [String: String] {
        [
            "asterisk.conf": places, "modules.conf": "[modules]\nautoload=yes\n",
            "logger.conf": "[general]\n[logfiles]\nmessages => warning,error\n", "cdr.conf": "[general]\nenable=yes\n",
            "rtp.conf": "[general]\nrtpstart=\(rtpPorts.lowerBound)\nrtpend=\(rtpPorts.upperBound - 1)\n",
            "musiconhold.conf": "[default]\nmode=files\ndirectory=\(music)\n", "pjsip.conf": telephones,
            "queues.conf": queue, "extensions.conf": dialplan,
        ]
    }

    /// A file of G.711 µ-law, three seconds, without its extension.
    var prompt: String { "\(directory)/prompt" }
    /// A directory of such files.
    var music: String { "\(directory)/music" }
    /// A line for whatever happened in a queue.
    var queueLog: String { "\(directory)/log/queue_log" }

    private var places: String {
        """
        [directories]
        astetcdir => \(directory)
        astdbdir => \(directory)
        astrundir => \(directory)
        astspooldir => \(directory)/spool
        astlogdir => \(directory)/log
        [options]
        maxfiles = 65536

        """
    }

    /// Sound goes through Asterisk, as it goes through media-server: what is not there cannot be recorded.
    private var telephones: String {
        let common = "context=none\ndisallow=all\nallow=ulaw,alaw\ndirect_media=no\n"
        let agents = agents.map { agent in
            """
            [\(agent.phone)]
            type=endpoint
            \(common)auth=\(agent.phone)
            aors=\(agent.phone)
            [\(agent.phone)]
            type=auth
            auth_type=userpass
            username=\(agent.phone)
            password=\(password)
            [\(agent.phone)]
            type=aor
            max_contacts=1
            remove_existing=yes

            """
        }
        return """
            [global]
            type=global
            endpoint_identifier_order=username,ip
            [udp]
            type=transport
            protocol=udp
            bind=127.0.0.1:\(sipPort)
            [callers]
            type=endpoint
            \(common.replacing("none", with: "callers"))
            [callers]
            type=identify
            endpoint=callers
            match=127.0.0.1

            """ + agents.joined()
    }

    private var queue: String {
        let members = agents.map { "member => PJSIP/\($0.phone)\n" }.joined()
        return "[general]\nautofill=yes\n[bench]\nstrategy=leastrecent\ntimeout=15\nringinuse=no\n" + members
    }

    private var dialplan: String {
        let menu = size.isDirect ? [] : ["Read(KEY,\(prompt),1,,1,5)"]
        let recording = size.isRecorded ? ["MixMonitor(${UNIQUEID}.wav)"] : []
        let steps = (["Answer()"] + menu + recording + ["Queue(bench)", "Hangup()"]).map { "same => n,\($0)\n" }
        return "[general]\n[callers]\nexten => _X.,1,NoOp()\n" + steps.joined() + "[none]\n"
    }
}
