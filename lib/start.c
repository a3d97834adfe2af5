#define _GNU_SOURCE
#include "lib/start.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#endif

void start_standard_fds(void)
{
    int fd;

    /* open() takes the lowest free number, so this fills the gaps. */
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2);
    if (fd > 2)
        close(fd);
}

void start_confined(void)
{
    const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)close_range(3, ~0U, 0);
    start_without_rseq();
}

#ifdef RSEQ_SIG
void start_without_rseq(void)
{
    enum { LEAST_BYTES = 32 }; /* of the area, whatever of it is in use */
    unsigned bytes = __rseq_size > LEAST_BYTES ? __rseq_size : LEAST_BYTES;
    char *area = (char *)__builtin_thread_pointer() + __rseq_offset;

    (void)syscall(SYS_rseq, area, bytes, RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
}
#else
void start_without_rseq(void)
{
}
#endif

/* The thread sanitizer takes the same number in two tables for a race. */
#ifndef __has_feature
#define __has_feature(what) 0
#endif
#if defined __SANITIZE_THREAD__ || __has_feature(thread_sanitizer)
enum { HAS_OWN_TABLES = 0 };
#else
enum { HAS_OWN_TABLES = 1 };
#endif

int start_own_table(int fd)
{
    if (!HAS_OWN_TABLES ||
        close_range((unsigned)fd + 1, ~0U, CLOSE_RANGE_UNSHARE) < 0)
        return -1;
    if (fd > STDERR_FILENO + 1)
        (void)close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
    return 0;
}
