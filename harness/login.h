/* Which names are fit to be given to ssh. */
#ifndef HARNESS_LOGIN_H
#define HARNESS_LOGIN_H

#define LOGIN_USER_SIZE 33

/* a-z _, then also 0-9 -, at most 32 bytes. */
int login_is_user(const char *user);

/* A host: letters, digits, '.', '-', at most 253 bytes; or an IP address. */
int login_is_host(const char *host);

#endif
