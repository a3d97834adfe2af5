/* Waiting for sockets: the only file that knows epoll on the client's side. */
#ifndef CLIENTS_WAIT_H
#define CLIENTS_WAIT_H

#include <stdint.h>

struct wait_event {
    uint32_t number; /* as given to wait_add */
    int readable;    /* also when the connection failed or ended */
    int writable;
};

struct wait;

/* NULL with errno set when the kernel has no more descriptors. */
struct wait *wait_new(void);
void wait_free(struct wait *wait);

/* Watch fd for reading, and for writing when want_write.  0 or -1. */
int wait_add(struct wait *wait, int fd, uint32_t number, int want_write);
int wait_change(struct wait *wait, int fd, uint32_t number, int want_write);

/*
 * Wait at most timeout_ns (>= 0).  Returns how many events there are (at most
 * max); 0 on time-out or signal.
 */
int wait_for(struct wait *wait, struct wait_event *events, int max,
             int64_t timeout_ns);

#endif
