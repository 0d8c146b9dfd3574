#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// prctl takes as many arguments as it likes, which Swift cannot call.
static inline int carillon_set_timer_slack(unsigned long nanoseconds) {
    return prctl(PR_SET_TIMERSLACK, nanoseconds, 0UL, 0UL, 0UL);
}

// Of Linux, but only declared for who asks for all of GNU.
extern int sync_file_range(int descriptor, long offset, long count, unsigned int flags);

// Has the disk begin to write what a file holds, without waiting.
static inline int carillon_start_writing(int descriptor) { return sync_file_range(descriptor, 0, 0, 2); }

// Waits until what a file holds has been written. That it stays there, fdatasync has to see to.
static inline int carillon_await_writing(int descriptor) { return sync_file_range(descriptor, 0, 0, 1 | 2 | 4); }
