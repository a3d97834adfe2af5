/* What became of one message: the closed set that every record uses. */
#ifndef LIB_OUTCOME_H
#define LIB_OUTCOME_H

/*
 * Exclusive; the first that matches.  Duplicated and reordered are flags
 * (copies > 1, late_by > 0), not outcomes.
 */
enum outcome {
    OUTCOME_OK,          /* all bytes back, identical, in time */
    OUTCOME_CORRUPT,     /* in time, but length or content differs */
    OUTCOME_LATE,        /* correct, after the time-out, before drain end */
    OUTCOME_LOST,        /* UDP: nothing correct by the end of the drain */
    OUTCOME_TIMEOUT,     /* TCP: no full echo within the time-out */
    OUTCOME_REFUSED,     /* ECONNREFUSED */
    OUTCOME_RESET,       /* ECONNRESET, EPIPE */
    OUTCOME_EOF,         /* orderly end before the full echo */
    OUTCOME_UNREACHABLE, /* EHOSTUNREACH, ENETUNREACH */
    OUTCOME_SEND_ERROR,  /* the client could not send */
    OUTCOME_LOCAL_LIMIT, /* the client ran out of something */
    OUTCOME_ABORTED,     /* cut off by us while it was in flight */
    OUTCOME_COUNT
};

/* "ok", "corrupt", ...; never NULL for a member of the enum. */
const char *outcome_name(enum outcome outcome);

/* Find a name; 0 and the outcome, or -1. */
int outcome_parse(const char *name, enum outcome *outcome);

/* The outcome that an errno of connect, send or recv stands for. */
enum outcome outcome_of_errno(int sys_errno);

#endif
