#include "harness/login.h"

#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

int login_is_user(const char *user)
{
    size_t n = strlen(user);

    return n >= 1 && n < LOGIN_USER_SIZE && strchr(LOWER "_", user[0]) &&
           strspn(user, LOWER DIGITS "_-") == n;
}

int login_is_host(const char *host)
{
    size_t n = strlen(host);

    if (n < 1 || n > 253)
        return 0;
    if (strchr(host, ':'))
        return strspn(host, DIGITS "abcdefABCDEF:.") == n;
    return strchr(LOWER UPPER DIGITS, host[0]) &&
           strspn(host, LOWER UPPER DIGITS ".-") == n;
}
