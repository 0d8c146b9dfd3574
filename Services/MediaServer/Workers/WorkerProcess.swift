import Glibc

/// Starts a worker: a program of ours that does one job and may die without harm.
enum WorkerProcess {
    /// - Returns: nil if it cannot be started.
    static func spawn(_ program: String, input: Int32, output: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Who waits for signals blocks them; a child would inherit that.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pid = pid_t()
        let name = strdup(program)
        defer { free(name) }
        var arguments = [name, nil]
        // No settings, and above all no secrets.
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        guard posix_spawn(&pid, program, &actions, &attributes, &arguments, &environment) == 0 else { return nil }
        return pid
    }
}
