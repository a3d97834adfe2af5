/*
 * A peer that behaves as the lab's own programs do, which are in Python and
 * not ours to copy:
 *
 *   lab_peer --port PORT server    echoes what each recv(1024) brought, when
 *                                  that is UTF-8 (else the thread dies);
 *                                  closes on the message `exit`
 *   lab_peer --port PORT rate N    N times: sends 1000 zeros, looks once what
 *                                  has come back, compares; says how many
 *                                  were right
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 1024, MESSAGE = 1000 };

/* Bytes of the character that begins with `first`; 0: none does. */
static size_t character_bytes(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* A character that is cut at the end is not valid, as for bytes.decode(). */
static int is_utf8(const unsigned char *text, size_t n)
{
    while (n > 0) {
        size_t bytes = character_bytes(*text);

        if (bytes == 0 || bytes > n)
            return 0;
        for (size_t i = 1; i < bytes; i++)
            if ((text[i] & 0xc0) != 0x80)
                return 0;
        text += bytes;
        n -= bytes;
    }
    return 1;
}

static int send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t put = send(fd, bytes, n, MSG_NOSIGNAL);

        if (put < 0)
            return -1;
        bytes += put;
        n -= (size_t)put;
    }
    return 0;
}

static void *serve_client(void *arg)
{
    int fd = (int)(intptr_t)arg;
    char buffer[BUFFER];
    ssize_t n;

    while ((n = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        if (!is_utf8((const unsigned char *)buffer, (size_t)n) ||
            (n == 4 && memcmp(buffer, "exit", 4) == 0) ||
            send_all(fd, buffer, (size_t)n) < 0)
            break;
    }
    close(fd);
    return NULL;
}

static int serve(int listener)
{
    struct sockaddr_in bound;
    socklen_t len = sizeof bound;
    pthread_t thread;
    int fd;

    if (listen(listener, 100) < 0 ||
        getsockname(listener, (struct sockaddr *)&bound, &len) < 0)
        return 1;
    printf("listening tcp 127.0.0.1:%d\n", ntohs(bound.sin_port));
    fflush(stdout);
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        if (pthread_create(&thread, NULL, serve_client, (void *)(intptr_t)fd) !=
            0)
            return 1;
        pthread_detach(thread);
    }
    return 1;
}

static int rate(int fd, int messages)
{
    char message[MESSAGE], back[BUFFER];
    int right = 0;

    memset(message, '0', sizeof message);
    for (int i = 0; i < messages; i++) {
        if (send_all(fd, message, sizeof message) < 0)
            break;
        right += recv(fd, back, sizeof back, 0) == MESSAGE &&
                 memcmp(message, back, sizeof message) == 0;
    }
    printf("%d of %d\n", right, messages);
    return right != messages;
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int is_server = argc == 4 && strcmp(argv[3], "server") == 0;

    if (fd < 0 || (!is_server && argc != 5))
        return 2;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons((uint16_t)strtol(argv[2], NULL, 10));
    if (is_server)
        return bind(fd, (struct sockaddr *)&at, sizeof at) < 0 ? 1 : serve(fd);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) < 0)
        return 3;
    return rate(fd, (int)strtol(argv[4], NULL, 10));
}
