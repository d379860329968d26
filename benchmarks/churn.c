/* Processes and connections that come and go at a steady rate, for captures to be taken meanwhile.
 *
 *     gcc -O2 -o churn benchmarks/churn.c && ./churn 2000 5000
 *
 * Forks, and opens connections over the loopback interface, so many times a second each, until
 * SIGTERM; then prints how many forks and connections there were, in how many seconds. A child
 * inherits the listeners and lives for two milliseconds. Of eight connections one is IPv6; with each
 * come a UDP socket and a connection over a unix socket. It stays open while the next RING are made;
 * its ends take turns in closing first, so TIME_WAIT is left behind with addresses of servers and
 * of clients.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RING = 64, LIFE_MICROSECONDS = 2000, TICK_NANOSECONDS = 1000000, SERVERS = 32 };

static volatile sig_atomic_t ended;
static volatile uint64_t *counts; /* shared by both processes: forks, connections */

static void end(int signal_number)
{
    (void)signal_number;
    ended = 1;
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Call `once` so often that it has been called `rate` times a second from the start on. */
static void keep_rate(double rate, void (*once)(uint64_t), volatile uint64_t *count)
{
    const struct timespec tick = {0, TICK_NANOSECONDS};
    const double start = now();

    while (!ended) {
        while (!ended && *count < (now() - start) * rate)
            once((*count)++);
        nanosleep(&tick, NULL);
    }
}

static void fork_once(uint64_t number)
{
    pid_t child = fork();

    (void)number;
    if (child < 0 && errno != EAGAIN)
        fail("fork");
    if (child == 0) {
        usleep(LIFE_MICROSECONDS);
        _exit(0);
    }
}

static int listening[2], unix_listening; /* IPv4, IPv6 */
static struct sockaddr_in server4[SERVERS];
static struct sockaddr_in6 server6;
static struct sockaddr_un server_unix;
static struct { int first, second, other[3]; } ring[RING];

static int listener(struct sockaddr *address, socklen_t length)
{
    int made = socket(address->sa_family, SOCK_STREAM, 0);

    if (made < 0 || bind(made, address, length) || listen(made, 4096) ||
        getsockname(made, address, &length))
        fail("listen");
    return made;
}

static void make_listeners(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET};

    listening[0] = listener((struct sockaddr *)&any, sizeof any);
    for (int i = 0; i < SERVERS; i++) { /* 127.0.0.1 ... 127.0.0.32: enough pairs of ports */
        server4[i] = any;
        server4[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK + i);
    }
    server6.sin6_family = AF_INET6;
    server6.sin6_addr = in6addr_loopback;
    listening[1] = listener((struct sockaddr *)&server6, sizeof server6);
    server_unix.sun_family = AF_UNIX;
    memcpy(server_unix.sun_path, "\0churn", 6);
    unix_listening = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(unix_listening, (struct sockaddr *)&server_unix, sizeof server_unix) ||
        listen(unix_listening, 128))
        fail("unix listen");
    memset(ring, 0xff, sizeof ring);
}

static int connected(const void *address, socklen_t length)
{
    int made = socket(((const struct sockaddr *)address)->sa_family, SOCK_STREAM, 0);

    if (made < 0)
        fail("socket");
    if (connect(made, address, length)) {
        if (errno != EADDRNOTAVAIL)
            fail("connect");
        close(made);
        return -1;
    }
    return made;
}

static void connect_once(uint64_t number)
{
    int slot = number % RING, v6 = number % 8 == 7, client, server;

    close(ring[slot].first);
    close(ring[slot].second);
    for (int i = 0; i < 3; i++)
        close(ring[slot].other[i]);
    memset(&ring[slot], 0xff, sizeof ring[slot]);
    client = v6 ? connected(&server6, sizeof server6)
                : connected(&server4[number / 8 % SERVERS], sizeof *server4);
    if (client < 0)
        return;
    server = accept(listening[v6], NULL, NULL);
    if (server < 0)
        fail("accept");
    ring[slot].first = number / 8 % 2 ? client : server;
    ring[slot].second = number / 8 % 2 ? server : client;
    ring[slot].other[0] = socket(AF_INET, SOCK_DGRAM, 0);
    connect(ring[slot].other[0], (struct sockaddr *)server4, sizeof *server4);
    ring[slot].other[1] = connected(&server_unix, sizeof server_unix);
    ring[slot].other[2] = accept(unix_listening, NULL, NULL);
}

int main(int count, char **arguments)
{
    /* A call that the signal meets goes on: the loop ends behind it. */
    struct sigaction on_end = {.sa_handler = end, .sa_flags = SA_RESTART};
    double start = now(), seconds;
    pid_t forker;

    if (count != 3) {
        fprintf(stderr, "usage: churn FORKS CONNECTIONS (a second, each)\n");
        return 2;
    }
    counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED)
        fail("mmap");
    sigaction(SIGTERM, &on_end, NULL);
    make_listeners();
    forker = fork();
    if (forker < 0)
        fail("fork");
    if (forker == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGCHLD, SIG_IGN); /* children are not waited for */
        keep_rate(atof(arguments[1]), fork_once, &counts[0]);
        return 0;
    }
    keep_rate(atof(arguments[2]), connect_once, &counts[1]);
    seconds = now() - start;
    kill(forker, SIGTERM);
    waitpid(forker, NULL, 0);
    printf("%llu %llu %.3f\n", (unsigned long long)counts[0], (unsigned long long)counts[1], seconds);
    return 0;
}
