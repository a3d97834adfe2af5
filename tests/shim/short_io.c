/*
 * Preloaded into a program, this makes its sockets as awkward as a kernel may
 * ever be: a stream takes and gives 1 to 7 bytes at a time, every third call
 * is interrupted (EINTR), every fifth that need not wait finds nothing to do
 * (EAGAIN).  Datagrams stay whole.  SHORT_IO_COUNT names a file that gets the
 * number of calls at the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST = 7, INTERRUPT = 3, AGAIN = 5 };

static atomic_uint calls;

static int is_stream(int fd)
{
    int type = 0;
    socklen_t len = sizeof type;

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
           type == SOCK_STREAM;
}

static int need_not_wait(int fd, int flags)
{
    int status;

    if (flags & MSG_DONTWAIT)
        return 1;
    status = fcntl(fd, F_GETFL);
    return status >= 0 && status & O_NONBLOCK;
}

/* Whether this call fails; else *n is how much it may move. */
static int is_awkward(int fd, int flags, size_t *n)
{
    unsigned call = atomic_fetch_add(&calls, 1) + 1;

    if (call % INTERRUPT == 0)
        errno = EINTR;
    else if (call % AGAIN == 0 && need_not_wait(fd, flags))
        errno = EAGAIN;
    else {
        size_t most = call % MOST + 1;

        if (is_stream(fd) && *n > most)
            *n = most;
        return 0;
    }
    return 1;
}

ssize_t recv(int fd, void *bytes, size_t n, int flags)
{
    if (is_awkward(fd, flags, &n))
        return -1;
    return syscall(SYS_recvfrom, fd, bytes, n, flags, NULL, NULL);
}

/* What a fortified program calls. */
// NOLINTNEXTLINE(readability-identifier-naming)
ssize_t __recv_chk(int fd, void *bytes, size_t n, size_t room, int flags);
// NOLINTNEXTLINE(readability-identifier-naming)
ssize_t __recv_chk(int fd, void *bytes, size_t n, size_t room, int flags)
{
    return n > room ? (abort(), -1) : recv(fd, bytes, n, flags);
}

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
    if (is_awkward(fd, flags, &n))
        return -1;
    return syscall(SYS_sendto, fd, bytes, n, flags, NULL, 0);
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
    size_t n = 0;

    return is_awkward(fd, flags, &n) ? -1
                                     : syscall(SYS_recvmsg, fd, msg, flags);
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("SHORT_IO_COUNT");
    FILE *file = path ? fopen(path, "ae") : NULL;

    if (!file)
        return;
    fprintf(file, "%s %u\n", program_invocation_short_name,
            atomic_load(&calls));
    fclose(file);
}
