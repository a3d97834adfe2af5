/*
 * What the files of talk share.
 * A part of talk: nobody else includes it.
 */
#ifndef CLIENTS_TALK_SHARED_H
#define CLIENTS_TALK_SHARED_H

#include "clients/talk.h"

#include <stddef.h>

/* The signal by which the person wants to end it; 0: none so far. */
int talk_interrupted(void);

/*
 * Room in talk->reply for n bytes of echo, or for one read of what nobody
 * asked for.  0, or -1 when out of memory.
 */
int talk_make_room(struct talk *talk, size_t n);

#endif
